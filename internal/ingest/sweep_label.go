package ingest

// tableLabel is the name of a mapping that a table states by its degrees: the
// canonical one, else the degrees above 1, such as tp4-dp4-moeep16.
func (p parallel) tableLabel() string {
	if label := p.Label(); label != "" {
		return label
	}
	return p.printed()
}

// tableGPUs is the number of GPUs of one engine in a table that states none:
// tp x pp x attention dp (DEFINITIONS 31).
func (p parallel) tableGPUs() int64 {
	return one(p.TP) * one(p.PP) * one(p.DP)
}
