(function(){
  var d=document,all=function(s){return [].slice.call(d.querySelectorAll(s))};
  // tooltips: <title> is the fallback; the same key lights up in every figure
  var tip=d.createElement('div');tip.id='tip';d.body.appendChild(tip);
  function titled(e){ // the element that has a <title>, which moves to data-t so that the browser's own box stays away
    for(;e&&e.closest&&e.tagName!=='svg'&&e.closest('svg.fig');e=e.parentNode){
      var t=e.firstElementChild;
      if(t&&t.tagName==='title'){e.setAttribute('data-t',t.textContent);e.removeChild(t)}
      if(e.hasAttribute('data-t'))return e;
    }
    return null;
  }
  function show(ev){
    var e=titled(ev.target);
    all('.m.hot').forEach(function(m){m.classList.remove('hot')});
    if(!e){tip.style.display='none';return}
    tip.textContent=e.getAttribute('data-t');tip.style.display='block';
    tip.style.left=Math.max(4,Math.min(innerWidth-tip.offsetWidth-4,ev.clientX+14))+'px';
    tip.style.top=(ev.clientY>innerHeight-90?ev.clientY-tip.offsetHeight-12:ev.clientY+16)+'px';
    var k=e.getAttribute('data-k');
    if(k)all('.m[data-k]').forEach(function(m){if(m.getAttribute('data-k')===k)m.classList.add('hot')});
  }
  d.addEventListener('pointermove',show);d.addEventListener('pointerdown',show);
  // sortable tables: data-v holds the raw value, an empty one sorts last
  all('table.sort').forEach(function(t){[].forEach.call(t.tHead.rows[0].cells,function(th,i){
    var b=d.createElement('button');b.type='button';b.innerHTML=th.innerHTML;th.textContent='';th.appendChild(b);
    b.onclick=function(){
      var up=th.getAttribute('aria-sort')!=='ascending',body=t.tBodies[0];
      [].forEach.call(t.tHead.rows[0].cells,function(o){o.removeAttribute('aria-sort')});th.setAttribute('aria-sort',up?'ascending':'descending');
      [].slice.call(body.rows).map(function(r){var c=r.cells[i],v=c.getAttribute('data-v');return{r:r,v:v===null?c.textContent.trim():v===''?null:+v}})
        .sort(function(a,b){if(a.v===null)return b.v===null?0:1;if(b.v===null)return -1;return(a.v<b.v?-1:a.v>b.v?1:0)*(up?1:-1)}).forEach(function(o){body.appendChild(o.r)});
    }})});
  // a link to a folded text opens it and what it lies in; printing opens them all
  function open(){var e;try{e=location.hash&&d.getElementById(decodeURIComponent(location.hash.slice(1)))}catch(x){}
    for(;e;e=e.parentElement)if(e.tagName==='DETAILS')e.open=true}
  addEventListener('hashchange',open);open();
  addEventListener('beforeprint',function(){all('.texts details,details.fold').forEach(function(e){e.open=true})});
  // current section
  if(window.IntersectionObserver){var io=new IntersectionObserver(function(es){es.forEach(function(e){if(e.isIntersecting)all('.toc a').forEach(function(a){a.classList.toggle('on',a.getAttribute('href')==='#'+e.target.id)})})},{rootMargin:'-20% 0px -70% 0px'});all('section').forEach(function(s){io.observe(s)})}
})();
