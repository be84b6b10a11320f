package loadgen

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// chunk is what is read of one event of a chat or completions stream.
type chunk struct {
	Choices []struct {
		Text  string `json:"text"`
		Delta struct {
			Content          string          `json:"content"`
			ReasoningContent string          `json:"reasoning_content"`
			Reasoning        string          `json:"reasoning"`
			ToolCalls        json.RawMessage `json:"tool_calls"`
		} `json:"delta"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage *usage          `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// usage is the server's count of tokens.
type usage struct {
	Prompt     *int64 `json:"prompt_tokens"`
	Completion *int64 `json:"completion_tokens"`
	Details    struct {
		Reasoning *int64 `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// hasContent says whether the chunk brings output. The first event of a chat
// stream names the role and has none.
func (c *chunk) hasContent() bool {
	for i := range c.Choices {
		d := &c.Choices[i].Delta
		if c.Choices[i].Text != "" || d.Content != "" || d.ReasoningContent != "" || d.Reasoning != "" {
			return true
		}
		if t := bytes.TrimSpace(d.ToolCalls); len(t) > 2 && t[0] == '[' {
			return true
		}
	}
	return false
}

func (c *chunk) finish() string {
	for i := range c.Choices {
		if f := c.Choices[i].Finish; f != "" {
			return f
		}
	}
	return ""
}

// serverError is the error a server reports, in the body of an answer or in a
// stream: `{"error": {"message", "type", "code"}}`, `{"error": "text"}`,
// `{"message": "text"}`, or plain text.
func serverError(body []byte) string {
	var e struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  string          `json:"detail"`
	}
	if json.Unmarshal(body, &e) != nil {
		return clip(string(bytes.TrimSpace(body)))
	}
	var inner struct {
		Message string `json:"message"`
		Type    string `json:"type"`
	}
	var text string
	switch {
	case json.Unmarshal(e.Error, &text) == nil && text != "":
		return clip(text)
	case json.Unmarshal(e.Error, &inner) == nil && inner.Message != "":
		return clip(inner.Message)
	case e.Message != "":
		return clip(e.Message)
	case e.Detail != "":
		return clip(e.Detail)
	}
	return clip(string(bytes.TrimSpace(body)))
}

// clip shortens a text for a message.
func clip(s string) string {
	const most = 300
	if len(s) > most {
		return fmt.Sprintf("%s... (%d bytes)", bytes.ToValidUTF8([]byte(s[:most]), nil), len(s))
	}
	return s
}
