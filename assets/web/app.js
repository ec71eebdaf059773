var ze,w,sn,Ro,Y,tn,an,ln,_t,qe,be,cn,yt,gt,vt,qo,We={},Ue=[],Oo=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,Be=Array.isArray;function B(e,t){
for(var n in t)e[n]=t[n];return e}function bt(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function o(e,t,n){var r,s,i,l={};for(i in t)i=="key"?r=t[i]:i=="re\
f"?s=t[i]:l[i]=t[i];if(arguments.length>2&&(l.children=arguments.length>3?ze.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(i in e.defaultProps)
l[i]===void 0&&(l[i]=e.defaultProps[i]);return Oe(e,l,r,s,null)}function Oe(e,t,n,r,s){var i={type:e,props:t,key:n,ref:r,__k:null,__:null,__b:0,__e:null,__c:null,
constructor:void 0,__v:s??++sn,__i:-1,__u:0};return s==null&&w.vnode!=null&&w.vnode(i),i}function y(e){return e.children}function de(e,t){this.props=e,this.context=t}function te(e,t){if(t==null)return e.__?te(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)
if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?te(e):null}function Wo(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,r=[],s=[],i=B({},
t);i.__v=t.__v+1,w.vnode&&w.vnode(i),wt(e.__P,i,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,r,n??te(t),!!(32&t.__u),s),i.__v=t.__v,i.__.__k[i.__i]=i,mn(r,i,s),
t.__e=t.__=null,i.__e!=n&&dn(i)}}function dn(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.
__e=e.__c.base=t.__e}),dn(e)}function nn(e){(!e.__d&&(e.__d=!0)&&Y.push(e)&&!je.__r++||tn!=w.debounceRendering)&&((tn=w.debounceRendering)||an)(je)}function je(){
try{for(var e,t=1;Y.length;)Y.length>t&&Y.sort(ln),e=Y.shift(),t=Y.length,Wo(e)}finally{Y.length=je.__r=0}}function un(e,t,n,r,s,i,l,c,u,d,f){var p,a,m,g,V,P,$=r&&
r.__k||Ue,b=t.length;for(u=Uo(n,t,$,u,b),p=0;p<b;p++)(m=n.__k[p])!=null&&(a=m.__i!=-1&&$[m.__i]||We,m.__i=p,P=wt(e,m,a,s,i,l,c,u,d,f),g=m.__e,m.ref&&a.ref!=m.ref&&
(a.ref&&ht(a.ref,null,m),f.push(m.ref,m.__c||g,m)),V==null&&g!=null&&(V=g),4&m.__u?(u=fn(m,u,e),a.__e&&(a.__e=null)):typeof m.type=="function"&&P!==void 0?u=P:g&&
(u=g.nextSibling),m.__u&=-7);return n.__e=V,u}function Uo(e,t,n,r,s){var i,l,c,u,d,f=n.length,p=f,a=0;for(e.__k=new Array(s),i=0;i<s;i++)(l=t[i])!=null&&typeof l!=
"boolean"&&typeof l!="function"?(typeof l=="string"||typeof l=="number"||typeof l=="bigint"||l.constructor==String?l=e.__k[i]=Oe(null,l,null,null,null):Be(l)?l=
e.__k[i]=Oe(y,{children:l},null,null,null):l.constructor===void 0&&l.__b>0?l=e.__k[i]=Oe(l.type,l.props,l.key,l.ref?l.ref:null,l.__v):e.__k[i]=l,u=i+a,l.__=e,l.
__b=e.__b+1,c=null,(d=l.__i=jo(l,n,u,p))!=-1&&(p--,(c=n[d])&&(c.__u|=2)),c==null||c.__v==null?(d==-1&&(s>f?a--:s<f&&a++),typeof l.type!="function"&&(l.__u|=4)):
d!=u&&(d==u-1?a--:d==u+1?a++:(d>u?a--:a++,l.__u|=4))):e.__k[i]=null;if(p)for(i=0;i<f;i++)(c=n[i])!=null&&(2&c.__u)==0&&(c.__e==r&&(r=te(c)),gn(c,c));return r}function fn(e,t,n){
var r,s;if(typeof e.type=="function"){for(r=e.__k,s=0;r&&s<r.length;s++)r[s]&&(r[s].__=e,t=fn(r[s],t,n));return t}e.__e!=t&&(t&&e.type&&!t.parentNode&&(t=te(e)),
t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function jo(e,t,n,r){var s,i,l,c=e.key,u=e.type,d=t[n],f=d!=null&&(2&d.__u)==0;if(d===null&&c==null||f&&c==d.key&&u==d.type)return n;if(r>(f?1:0)){for(s=n-1,i=n+
1;s>=0||i<t.length;)if((d=t[l=s>=0?s--:i++])!=null&&(2&d.__u)==0&&c==d.key&&u==d.type)return l}return-1}function on(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=
n==null?"":typeof n!="number"||Oo.test(t)?n:n+"px"}function Re(e,t,n,r,s){var i,l;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof r=="str\
ing"&&(e.style.cssText=r=""),r)for(t in r)n&&t in n||on(e.style,t,"");if(n)for(t in n)r&&n[t]==r[t]||on(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")i=t!=(t=t.replace(
cn,"$1")),l=t.toLowerCase(),t=l in e||t=="onFocusOut"||t=="onFocusIn"?l.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+i]=n,n?r?n[be]=r[be]:(n[be]=yt,e.addEventListener(
t,i?vt:gt,i)):e.removeEventListener(t,i?vt:gt,i);else{if(s=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&
t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}
typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function rn(e){return function(t){if(this.l){
var n=this.l[t.type+e];if(t[qe]==null)t[qe]=yt++;else if(t[qe]<n[be])return;return n(w.event?w.event(t):t)}}}function wt(e,t,n,r,s,i,l,c,u,d){var f,p,a,m,g,V,P,
$,b,R,ve,ee,ye,en,He,mt,q=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(u=!!(32&n.__u),i=[c=t.__e=n.__e]),(f=w.__b)&&f(t);e:if(typeof q=="function"){
p=l.length;try{if(b=t.props,R=q.prototype&&q.prototype.render,ve=(f=q.contextType)&&r[f.__c],ee=f?ve?ve.props.value:f.__:r,n.__c?$=(a=t.__c=n.__c).__=a.__E:(R?t.
__c=a=new q(b,ee):(t.__c=a=new de(b,ee),a.constructor=q,a.render=Bo),ve&&ve.sub(a),a.state||(a.state={}),a.__n=r,m=a.__d=!0,a.__h=[],a._sb=[]),R&&a.__s==null&&(a.
__s=a.state),R&&q.getDerivedStateFromProps!=null&&(a.__s==a.state&&(a.__s=B({},a.__s)),B(a.__s,q.getDerivedStateFromProps(b,a.__s))),g=a.props,V=a.state,a.__v=t,
m)R&&q.getDerivedStateFromProps==null&&a.componentWillMount!=null&&a.componentWillMount(),R&&a.componentDidMount!=null&&a.__h.push(a.componentDidMount);else{if(R&&
q.getDerivedStateFromProps==null&&b!==g&&a.componentWillReceiveProps!=null&&a.componentWillReceiveProps(b,ee),t.__v==n.__v||!a.__e&&a.shouldComponentUpdate!=null&&
a.shouldComponentUpdate(b,a.__s,ee)===!1){t.__v!=n.__v&&(a.props=b,a.state=a.__s,a.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(ce){ce&&(ce.__=t)}),Ue.push.
apply(a.__h,a._sb),a._sb=[],a.__h.length&&l.push(a),c=te(n);break e}a.componentWillUpdate!=null&&a.componentWillUpdate(b,a.__s,ee),R&&a.componentDidUpdate!=null&&
a.__h.push(function(){a.componentDidUpdate(g,V,P)})}if(a.context=ee,a.props=b,a.__P=e,a.__e=!1,ye=w.__r,en=0,R)a.state=a.__s,a.__d=!1,ye&&ye(t),f=a.render(a.props,
a.state,a.context),Ue.push.apply(a.__h,a._sb),a._sb=[];else do a.__d=!1,ye&&ye(t),f=a.render(a.props,a.state,a.context),a.state=a.__s;while(a.__d&&++en<25);a.state=
a.__s,a.getChildContext!=null&&(r=B(B({},r),a.getChildContext())),R&&!m&&a.getSnapshotBeforeUpdate!=null&&(P=a.getSnapshotBeforeUpdate(g,V)),He=f!=null&&f.type===
y&&f.key==null?_n(f.props.children):f,c=un(e,Be(He)?He:[He],t,n,r,s,i,l,c,u,d),a.base=t.__e,t.__u&=-161,a.__h.length&&l.push(a),$&&(a.__E=a.__=null)}catch(ce){if(l.
length=p,t.__v=null,u||i!=null){if(ce.then){for(t.__u|=u?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;i!=null&&(i[i.indexOf(c)]=null),t.__e=c}else if(i!=
null)for(mt=i.length;mt--;)bt(i[mt])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),ce.then||pn(t),w.__e(ce,t,n)}}else i==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=
n.__e):c=t.__e=zo(n.__e,t,n,r,s,i,l,u,d);return(f=w.diffed)&&f(t),128&t.__u?void 0:c}function pn(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(pn))}function mn(e,t,n){
for(var r=0;r<n.length;r++)ht(n[r],n[++r],n[++r]);w.__c&&w.__c(t,e),e.some(function(s){try{e=s.__h,s.__h=[],e.some(function(i){i.call(s)})}catch(i){w.__e(i,s.__v)}})}
function _n(e){return typeof e!="object"||e==null||e.__b>0?e:Be(e)?e.map(_n):e.constructor!==void 0?null:B({},e)}function zo(e,t,n,r,s,i,l,c,u){var d,f,p,a,m,g,
V,P=n.props||We,$=t.props,b=t.type;if(b=="svg"?s="http://www.w3.org/2000/svg":b=="math"?s="http://www.w3.org/1998/Math/MathML":s||(s="http://www.w3.org/1999/xht\
ml"),i!=null){for(d=0;d<i.length;d++)if((m=i[d])&&"setAttribute"in m==!!b&&(b?m.localName==b:m.nodeType==3)){e=m,i[d]=null;break}}if(e==null){if(b==null)return document.
createTextNode($);e=document.createElementNS(s,b,$.is&&$),c&&(w.__m&&w.__m(t,i),c=!1),i=null}if(b==null)P===$||c&&e.data==$||(e.data=$);else{if(i=b=="textarea"&&
$.defaultValue!=null?null:i&&ze.call(e.childNodes),!c&&i!=null)for(P={},d=0;d<e.attributes.length;d++)P[(m=e.attributes[d]).name]=m.value;for(d in P)m=P[d],d=="\
dangerouslySetInnerHTML"?p=m:d=="children"||d in $||d=="value"&&"defaultValue"in $||d=="checked"&&"defaultChecked"in $||Re(e,d,null,m,s);for(d in $)m=$[d],d=="c\
hildren"?a=m:d=="dangerouslySetInnerHTML"?f=m:d=="value"?g=m:d=="checked"?V=m:c&&typeof m!="function"||P[d]===m||Re(e,d,m,P[d],s);if(f)c||p&&(f.__html==p.__html||
f.__html==e.innerHTML)||(e.innerHTML=f.__html),t.__k=[];else if(p&&(e.innerHTML=""),un(t.type=="template"?e.content:e,Be(a)?a:[a],t,n,r,b=="foreignObject"?"http\
://www.w3.org/1999/xhtml":s,i,l,i?i[0]:n.__k&&te(n,0),c,u),i!=null)for(d=i.length;d--;)bt(i[d]);c&&b!="textarea"||(d="value",b=="progress"&&g==null?e.removeAttribute(
"value"):g!=null&&(g!==e[d]||b=="progress"&&!g||b=="option"&&g!=P[d])&&Re(e,d,g,P[d],s),d="checked",V!=null&&V!=e[d]&&Re(e,d,V,P[d],s))}return e}function ht(e,t,n){
try{if(typeof e=="function"){var r=typeof e.__u=="function";r&&e.__u(),r&&t==null||(e.__u=e(t))}else e.current=t}catch(s){w.__e(s,n)}}function gn(e,t,n){var r,s;
if(w.unmount&&w.unmount(e),(r=e.ref)&&(r.current&&r.current!=e.__e||ht(r,null,t)),(r=e.__c)!=null){if(r.componentWillUnmount)try{r.componentWillUnmount()}catch(i){
w.__e(i,t)}r.base=r.__P=r.__n=null}if(r=e.__k)for(s=0;s<r.length;s++)r[s]&&gn(r[s],t,n||typeof e.type!="function");n||bt(e.__e),e.__c=e.__=e.__e=void 0}function Bo(e,t,n){
return this.constructor(e,n)}function vn(e,t,n){var r,s,i,l;t==document&&(t=document.documentElement),w.__&&w.__(e,t),s=(r=typeof n=="function")?null:n&&n.__k||
t.__k,i=[],l=[],wt(t,e=(!r&&n||t).__k=o(y,null,[e]),s||We,We,t.namespaceURI,!r&&n?[n]:s?null:t.firstChild?ze.call(t.childNodes):null,i,!r&&n?n:s?s.__e:t.firstChild,
r,l),mn(i,e,l),e.props.children=null}ze=Ue.slice,w={__e:function(e,t,n,r){for(var s,i,l;t=t.__;)if((s=t.__c)&&!s.__)try{if((i=s.constructor)&&i.getDerivedStateFromError!=null&&(s.setState(i.getDerivedStateFromError(
e)),l=s.__d),s.componentDidCatch!=null&&(s.componentDidCatch(e,r||{}),l=s.__d),l)return s.__E=s}catch(c){e=c}throw e}},sn=0,Ro=function(e){return e!=null&&e.constructor===
void 0},de.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=B({},this.state),typeof e=="function"&&(e=e(B({},n),this.
props)),e&&B(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),nn(this))},de.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),nn(this))},
de.prototype.render=y,Y=[],an=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,ln=function(e,t){return e.__v.__b-t.__v.__b},
je.__r=0,_t=Math.random().toString(8),qe="__d"+_t,be="__a"+_t,cn=/(PointerCapture)$|Capture$/i,yt=0,gt=rn(!1),vt=rn(!0),qo=0;var ne,k,kt,yn,Ge=0,Cn=[],x=w,bn=x.__b,wn=x.__r,hn=x.diffed,kn=x.__c,xn=x.unmount,Sn=x.__;function we(e,t){x.__h&&x.__h(k,e,Ge||t),Ge=0;var n=k.__H||(k.__H={__:[],
__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function _(e){return Ge=1,Ko(Tn,e)}function Ko(e,t,n){var r=we(ne++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Tn(void 0,
t),function(c){var u=r.__N?r.__N[0]:r.__[0],d=r.t(u,c);u!==d&&(r.__N=[d,r.__[1]],r.__c.setState({}))}],r.__c=k,!k.__f)){var s=function(c,u,d){if(!r.__c.__H)return!0;
var f=!1,p=r.__c.props!==c;if(r.__c.__H.__.some(function(m){if(m.__N){f=!0;var g=m.__[0];m.__=m.__N,m.__N=void 0,g!==m.__[0]&&(p=!0)}}),i){var a=i.call(this,c,u,
d);return f?a||p:a}return!f||p};k.__f=!0;var i=k.shouldComponentUpdate,l=k.componentWillUpdate;k.componentWillUpdate=function(c,u,d){if(this.__e){var f=i;i=void 0,
s(c,u,d),i=f}l&&l.call(this,c,u,d)},k.shouldComponentUpdate=s}return r.__N||r.__}function F(e,t){var n=we(ne++,3);!x.__s&&St(n.__H,t)&&(n.__=e,n.u=t,k.__H.__h.push(
n))}function O(e,t){var n=we(ne++,4);!x.__s&&St(n.__H,t)&&(n.__=e,n.u=t,k.__h.push(n))}function D(e){return Ge=5,Go(function(){return{current:e}},[])}function Go(e,t){var n=we(ne++,7);return St(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function W(){var e=we(ne++,11);if(!e.__){for(var t=k.__v;t!==null&&!t.__m&&t.__!==null;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Qo(){
for(var e;e=Cn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Ke),t.__h.some(xt),t.__h=[]}catch(n){t.__h=[],x.__e(n,e.__v)}}}x.__b=function(e){k=null,bn&&bn(e)},
x.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Sn&&Sn(e,t)},x.__r=function(e){wn&&wn(e),ne=0;var t=(k=e.__c).__H;t&&(kt===k?(t.__h=[],k.__h=[],t.__.some(
function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(Ke),t.__h.some(xt),t.__h=[],ne=0)),kt=k},x.diffed=function(e){hn&&hn(e);var t=e.__c;t&&t.__H&&(t.
__H.__h.length&&(Cn.push(t)!==1&&yn===x.requestAnimationFrame||((yn=x.requestAnimationFrame)||Jo)(Qo)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),
kt=k=null},x.__c=function(e,t){t.some(function(n){try{n.__h.some(Ke),n.__h=n.__h.filter(function(r){return!r.__||xt(r)})}catch(r){t.some(function(s){s.__h&&(s.__h=
[])}),t=[],x.__e(r,n.__v)}}),kn&&kn(e,t)},x.unmount=function(e){xn&&xn(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(r){try{Ke(r)}catch(s){t=s}}),n.__H=void 0,
t&&x.__e(t,n.__v))};var Pn=typeof requestAnimationFrame=="function";function Jo(e){var t,n=function(){clearTimeout(r),Pn&&cancelAnimationFrame(t),setTimeout(e)},
r=setTimeout(n,35);Pn&&(t=requestAnimationFrame(n))}function Ke(e){var t=k,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),k=t}function xt(e){var t=k;e.__c=e.__(),
k=t}function St(e,t){return!e||e.length!==t.length||t.some(function(n,r){return n!==e[r]})}function Tn(e,t){return typeof t=="function"?t(e):t}var Qe="bearer",K=class extends Error{},A=class extends Error{code;field;constructor(t,n="",r=""){super(t),this.code=n,this.field=r}},oe=class extends Error{},he=()=>sessionStorage.
getItem(Qe)!==null;async function $n(e){let t=await En("/v1/ui/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({code:e})});
if(t.ok)sessionStorage.setItem(Qe,(await t.json()).bearer);else if(!he())throw new K}async function En(e,t){try{return await fetch(e,t)}catch{throw new oe("The \
keeper does not answer. Try again in a moment.")}}async function Mn(e,t,n){let r={Authorization:`Bearer ${sessionStorage.getItem(Qe)??""}`},s={method:e,headers:r};
n!==void 0&&(r["Content-Type"]="application/json",s.body=JSON.stringify(n));let i=await En(t,s);if(i.ok)return i;let l=i.headers.get("Content-Type")?.startsWith(
"application/problem+json")??!1;if(!l&&t==="/v1/health")return i;let c=l?await i.json():{};throw i.status===401&&c.code!=="sign_in_needed"?(sessionStorage.removeItem(
Qe),new K):new A(c.detail||c.title||`The keeper answered ${i.status}.`,c.code,c.field)}async function h(e,t,n){let r=await Mn(e,t,n);return r.status===204?null:
await r.json()}var M=(e,t="")=>`/v1/sessions/${encodeURIComponent(e)}${t}`;async function Nn(e){let t=await Mn("GET","/v1/events");if(!t.body)return;let n=t.body.
pipeThrough(new TextDecoderStream).getReader(),r="";try{for(;;){let{value:s,done:i}=await n.read();if(i)return;let l=(r+s).split(`
`);r=l.pop()??"";for(let c of l)c.trim()&&e(JSON.parse(c))}}catch{throw new oe}}var Vn=0;function In(e){let t=Date.parse(e)-Date.now();Vn=Math.abs(t)<2e3?0:t}var ke=()=>Date.now()+Vn,Ye=new Set,Je;function Pt(){let e=Ye.size>0&&!document.hidden;
e&&Je===void 0&&(Je=setInterval(Ln,1e3)),e||(clearInterval(Je),Je=void 0)}function Ln(){for(let e of Ye)e()}document.addEventListener("visibilitychange",()=>{document.
hidden||Ln(),Pt()});function Xe(e){let[,t]=_(0),n=e(ke()),r=D({compute:e,value:n});return r.current={compute:e,value:n},F(()=>{let s=()=>{r.current.compute(ke())!==
r.current.value&&t(i=>i+1)};return Ye.add(s),Pt(),()=>{Ye.delete(s),Pt()}},[]),n}function Ze(e){let t=new Date(e);return t.toDateString()===new Date(ke()).toDateString()?
t.toLocaleTimeString():t.toLocaleString(void 0,{dateStyle:"medium",timeStyle:"short"})}import{tone as Yo}from"./words.js";var G={link:"opening",view:"sessions",sessions:new Map,order:[],signIns:new Map,notes:new Map,question:null,health:null,providers:null,
said:""},Tt=new Set,N=()=>G;function C(e){G={...G,...e};for(let t of Tt)t()}function Fn(){let[,e]=_(0);return O(()=>{let t=()=>e(n=>n+1);return Tt.add(t),()=>{Tt.
delete(t)}},[]),G}var S=e=>C({said:e});function et(e,t,n){let r=new Map(e);return n===null?r.delete(t):r.set(t,n),r}function U(e,t,n=""){C({notes:et(G.notes,e,t?
{text:t,failure:n}:null),said:t||G.said})}var Ct=["sign_in_needed","setup_needed","keychain_locked","expiring","retrying","active","paused","signed_out"],Xo=new Intl.
Collator(void 0,{numeric:!0});function Dn(e){let t=n=>(Ct.indexOf(n.state)+Ct.length)%Ct.length;return[...e.values()].map(n=>({name:n.name,rank:t(n)})).sort((n,r)=>n.
rank-r.rank||Xo.compare(n.name,r.name)).map(({name:n})=>n)}function tt(e){let t=0;for(let n of e.values())Yo(n.state)==="bad"&&t++;return t}var $t=!1;function Et(e){
$t!==e&&($t=e,e||C({order:Dn(G.sessions)}))}function Mt(e,t={}){let n=Dn(e);$t&&(n=[...G.order.filter(s=>e.has(s)),...n.filter(s=>!G.sessions.has(s))]),C({...t,
sessions:e,order:n})}import{fill as An,isolated as Hn,sentences as Rn}from"./words.js";var qn=15e3,Se=e=>/^https?:\/\//i.test(e??"")?e:"",Nt=new Map;async function ue(e,t={}){U(e,"");
let n=await h("POST",M(e,"/login"),{no_browser:!0,...t});Vt(e,n)}function Vt(e,t,n){if(t.status!=="pending")return xe(e,t);n&&Nt.set(e,n),C({signIns:et(N().signIns,
e,{...t,fresh:n!==void 0})});let r=Se(t.login_url);r&&!t.user_code&&window.open(r,"_blank","noopener,noreferrer"),S(An(Rn.waiting,{name:Hn(e)})),setTimeout(()=>{
On(e,t.id)},qn)}async function On(e,t){N().signIns.get(e)?.id===t&&(await nt(e),setTimeout(()=>{On(e,t)},qn))}async function nt(e,t){let n=N().signIns.get(e);if(n)
try{let r=await h("POST",M(e,"/login"),{id:n.id,wait:t});N().signIns.get(e)?.id===n.id&&r.status!=="pending"&&xe(e,r)}catch(r){r instanceof K?Pe():r instanceof A&&
N().signIns.get(e)?.id===n.id&&xe(e,{id:n.id,status:"failed",failure:"over",detail:r.message})}}var Wn=async()=>{for(let e of N().signIns.keys())await nt(e)};function xe(e,t){
let n=Nt.get(e);Nt.delete(e),C({signIns:et(N().signIns,e,null)}),t.status==="done"?(U(e,""),S(An(Rn.added,{name:Hn(e)}))):!n&&t.failure!=="cancelled"&&U(e,t.detail??
"",t.failure??""),n?.(t)}async function Un(e,t,n){let r=await h("POST",M(e,"/login"),{id:t.id,paste:n.trim()});N().signIns.get(e)?.id===t.id&&xe(e,r)}async function jn(e,t){
xe(e,{id:t.id,status:"failed",failure:"cancelled"}),await h("POST",M(e,"/login"),{id:t.id,cancel:!0})}import{isolated as Zo,stateWord as er}from"./words.js";var zn=500,tr=1e4,nr=1e3;async function Me(){C({health:await h("GET","/v1/health")})}async function or(){
try{C({providers:await h("GET","/v1/providers")})}catch(e){H(e),C({providers:[]})}}var re=new Map,Te=[],Lt=!1,Ee=new Set;function Kn(e){return Ee.add(e),()=>{Ee.
delete(e)}}function $e(){Lt||(Lt=!0,document.hidden?setTimeout(Bn,250):requestAnimationFrame(Bn))}function Bn(){Lt=!1;let[e,t]=[re,Te];if(re=new Map,Te=[],e.size>
0){let n=N().sessions,r=new Map(n),s=[];for(let[i,l]of e)if(!l)r.delete(i);else{let c=n.get(i);c&&c.state!==l.state&&s.push(l),r.set(i,l)}Mt(r,s.length>0?{said:rr(
s)}:{})}if(t.length>0)for(let n of Ee)n(t)}function rr(e){return e.length>3?`${e.length} sessions have changed.`:e.map(t=>`${Zo(t.name)}: ${er(t.state)}`).join(
". ")}var Ce=new Map;async function sr(e){if(Ce.has(e)){Ce.set(e,!0);return}try{do Ce.set(e,!1),re.set(e,await h("GET",M(e))),$e();while(Ce.get(e))}catch(t){if(!(t instanceof
A&&t.code==="not_found"))return;re.set(e,null),$e()}finally{Ce.delete(e)}}var ir=new Set(["type","session","at","now","sessions"]);function ar(e){let t={};for(let[
n,r]of Object.entries(e))!ir.has(n)&&(typeof r=="string"||typeof r=="number")&&(t[n]=String(r));return{at:e.at,session:e.session??"",type:e.type,detail:t}}function lr(e){
In(e.at),re=new Map;let t=new Map((e.sessions??[]).map(n=>[n.name,n]));if(N().link!=="opening")for(let n of Ee)n(null);Mt(t,{link:"live"}),Wn(),N().providers||or()}
function cr(e){if(e.type==="snapshot")return lr(e);Ee.size>0&&(Te.push(ar(e)),Te.length>nr&&Te.shift(),$e()),e.type==="keychain.state"&&Me().catch(()=>{});let t=e.
session;t&&(e.now?(re.set(t,e.now),$e()):e.type==="session.removed"?(re.set(t,null),$e()):sr(t),nt(t,e.type==="consent.done"?"5s":void 0))}var Gn=()=>{},Qn=()=>Gn(),
dr=e=>new Promise(t=>{let n=setTimeout(t,e);Gn=()=>{clearTimeout(n),t()}});async function ur(){let e=zn;for(;he();){let t=!1;try{let n=Me();n.catch(()=>{}),await Nn(
r=>{t=!0,cr(r)}),await n}catch(n){if(n instanceof K)break;if(!(n instanceof oe||n instanceof A))throw n}if(!he())break;t?e=zn:C({link:"lost"}),await dr(e),e=Math.
min(e*2,tr)}Pe()}function Pe(){C({link:"closed",sessions:new Map,order:[],signIns:new Map,notes:new Map,question:null,health:null,said:""})}function H(e){return e instanceof
K?(Pe(),""):e instanceof Error?e.message:String(e)}var It=!1,fr=new Set(["sessions","add","history","health"]);async function Ft(){let e=new URLSearchParams(location.
hash.slice(1)),[t,n]=[e.get("k"),e.get("go")??"sessions"],r=fr.has(n)?n:"sessions";t&&history.replaceState(null,"",r==="sessions"?location.pathname:`#go=${r}`),
C({view:r});try{t&&await $n(t)}catch(s){s instanceof oe&&(C({link:"lost"}),S(s.message))}if(!he())return Pe();It||(It=!0,await ur().finally(()=>It=!1))}import{fields as pr,sentences as mr}from"./words.js";var Yn={way:"provider",search:"",provider:null,vars:{},issuer:"",discovery:null,authorize_url:"",token_url:"",
device_url:"",name:"",named:!1,client_id:"",client_secret:"",scopes:"",scoped:!1,account:"",device:!1,faults:{},tried:0,adding:""},E=Yn,Dt=new Set;function I(e){
E={...E,...e};for(let t of Dt)t()}var _r=()=>I(Yn);function Xn(){let[,e]=_(0);return O(()=>{let t=()=>e(n=>n+1);return Dt.add(t),()=>{Dt.delete(t)}},[]),E}function ot(e,t){
let{[e]:n,...r}=E.faults;I({...t,faults:r})}function gr(e){let t=N().sessions,n=e;for(let r=2;t.has(n);r++)n=`${e}-${r}`;return n}var Zn=e=>E.named?{}:{name:gr(
e)},eo=e=>E.scoped?{}:{scopes:(e??[]).join(" ")};function to(e){let t={};for(let n of e.vars??[])t[n.name]=n.default??"";I({provider:e,vars:t,faults:{},...Zn(e.
id),...eo(e.scopes)})}function rt(e){try{return/^https?:$/.test(new URL(e).protocol)}catch{return!1}}var Jn=Promise.resolve();function no(){return Jn=Jn.then(vr)}
async function vr(){let e=E.issuer.trim();if(!(!rt(e)||E.discovery))try{let t=await h("POST","/v1/discover",{issuer:e});if(E.issuer.trim()!==e)return;let n=new URL(
t.issuer||e).hostname;ot("issuer",{discovery:t,...Zn(t.provider||n),...eo(t.scopes)}),S("This is a provider that Sessionkeeper can use.")}catch(t){if(E.issuer.trim()!==
e)return;let n=H(t);I({discovery:null,faults:{...E.faults,issuer:n}}),S(n)}}function yr(e){let t={},n=(s,i,l)=>{i.trim()||(t[s]=l)},r=(s,i)=>{(e[s].trim()?!rt(e[s].
trim()):i)&&(t[s]="Enter an address that begins with https://.")};if(e.way==="provider")for(let s of e.provider?.vars??[])n(`vars.${s.name}`,e.vars[s.name]??"",
"Fill this in.");return e.way==="issuer"&&r("issuer",!0),e.way==="manual"&&(r("authorize_url",!e.device),r("token_url",!0),r("device_url",e.device)),n("name",e.
name,"Give the session a name."),n("client_id",e.client_id,`Enter the ${pr.client_id?.label??"client ID"}. You get it where you register the app.`),e.way==="pro\
vider"&&e.provider?.secret==="required"&&n("client_secret",e.client_secret,"This provider gives every app a secret. Enter it."),!t.name&&N().sessions.has(e.name.
trim())&&(t.name="There is a session of this name. Choose another name."),t}function br(e){let t={client_id:e.client_id.trim(),sign_in:e.device?{device:!0}:{no_browser:!0}};
if(e.way==="provider"&&e.provider)t.provider=e.provider.id,e.provider.vars?.length&&(t.vars=Object.fromEntries(e.provider.vars.map(r=>[r.name,(e.vars[r.name]??"").
trim()])));else if(e.way==="issuer")t.issuer=e.issuer.trim();else for(let r of["authorize_url","token_url","device_url"])e[r].trim()&&(t[r]=e[r].trim());e.client_secret&&
(t.client_secret=e.client_secret.trim());let n=e.scopes.split(/[\s,]+/).filter(Boolean);return n.length>0&&(t.scopes=n),e.account.trim()&&(t.account=e.account.trim()),
t}async function oo(){let e=E.name.trim(),t=yr(E);if(Object.keys(t).length>0)return I({faults:t,tried:E.tried+1});I({faults:{}});try{let n=await h("PUT",M(e),br(
E));if(!n.login)return so();I({adding:e}),Vt(e,n.login,wr)}catch(n){let r=H(n);r&&ro(r,n instanceof A?n.field:"")}}var ro=(e,t)=>I({faults:{[t]:e},tried:E.tried+
1,adding:""});function wr(e){if(e.status==="done")return so();if(e.failure==="cancelled")return I({adding:""});ro(e.detail||"The sign-in did not work. Try again\
.",e.field??hr(e))}function hr(e){return e.failure!=="setup"||/redirect/i.test(e.detail??"")?"":/scope/i.test(e.detail??"")?"scopes":"client_id"}function so(){let e=E.
adding||E.name.trim();_r(),S(mr.added.replace("{name}",e)),location.hash=""}import{labels as Ne,plain as kr,sentences as xr}from"./words.js";function fe(e){return class extends de{shouldComponentUpdate(t){let n=this.props;return Object.
entries(t).some(([r,s])=>n[r]!==s)}render(){return o(e,this.props)}}}function st(e,t=S){let[n,r]=_(!1),s=async()=>{if(!n){t(""),r(!0);try{await e()}catch(i){t(H(
i))}finally{r(!1)}}};return[n,()=>{s()}]}function T({run:e,label:t,kind:n,failed:r,children:s}){let[i,l]=st(e,r);return o("button",{type:"button",class:n,"aria-\
label":t,"aria-disabled":i||void 0,onClick:l},s)}function pe({run:e,failed:t,label:n,class:r,cancel:s,children:i}){let[l,c]=st(e,t);return o("form",{class:r,noValidate:!0,
onSubmit:d=>{d.preventDefault(),c()}},i,o("div",{class:"buttons"},o("button",{type:"submit",class:"main","aria-disabled":l||void 0},n),s&&o("button",{type:"butt\
on",onClick:s},Ne.cancel)))}var io=400;function v({text:e}){let[t,n]=_(!1),r=kr(e);return t||r.length<=io+50?o("bdi",{class:"long"},r):o("span",null,o("bdi",{class:"\
long"},[...r].slice(0,io).join(""),"…")," ",o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all of it"))}function X({text:e,what:t}){let[n,r]=_(
!1),s=D(null),i=async()=>{try{await navigator.clipboard.writeText(e),r(!0),S(xr.copied)}catch{s.current&&getSelection()?.selectAllChildren(s.current)}};return o(
"span",{class:"copy"},o("code",{ref:s,dir:"auto"},e),o("button",{type:"button","aria-label":`${n?Ne.copied:Ne.copy} ${t}`,onClick:()=>{i()}},n?Ne.copied:Ne.copy))}
function j(e){let t=W(),n=[e.hint&&`${t}-hint`,e.fault&&`${t}-fault`].filter(Boolean).join(" ");return o("div",{class:"field"},o("label",{for:t},e.label,e.required?
"":o("span",{class:"soft"}," (optional)")),e.hint&&o("p",{class:"hint",id:`${t}-hint`},e.hint),o("input",{id:t,name:e.name,type:e.type??"text",value:e.value,required:e.
required,dir:"auto",spellcheck:!1,autocomplete:e.type==="password"?"new-password":"off",autocapitalize:"off","aria-invalid":e.fault?!0:void 0,"aria-describedby":n||
void 0,onInput:r=>e.set(r.currentTarget.value)}),e.fault&&o("p",{class:"fault",id:`${t}-fault`},o(v,{text:e.fault})),e.children)}import{fill as Sr,isolated as Pr,labels as it,plain as ao,sentences as lo}from"./words.js";function at({name:e,running:t}){let[n,r]=_(""),s=Se(t.login_url),i=lo.
device.split("{link}"),l=c=>{r(c),c&&S(c)};return o("div",{class:"panel","data-part":"sign-in",role:"group","aria-label":`${it.sign_in}: ${ao(e)}`,tabIndex:-1,"\
data-home":!0},t.user_code?o(y,null,o("p",null,i[0],s&&o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},ao(s)),i[1]),o("p",{class:"code"},o(X,{text:t.user_code,
what:"the code"}))):o(y,null,o("p",null,Sr(lo.waiting,{name:Pr(e)})),s&&o("p",null,o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},"Open the sign-in pa\
ge"))),!t.user_code&&o(Cr,{name:e,running:t,tell:l,fault:n}),t.user_code&&n&&o("p",{class:"fault"},o(v,{text:n})),o("div",{class:"buttons"},o(T,{run:()=>jn(e,t),
label:`Cancel the sign-in to ${e}`},it.cancel),!t.user_code&&!t.fresh&&o(T,{kind:"quiet",run:()=>ue(e,{device:!0}),failed:l,label:`${it.another_device}: ${e}`},
it.another_device)))}function Cr({name:e,running:t,fault:n,tell:r}){let[s,i]=_("");return o("details",{class:"paste"},o("summary",null,"The page at the end does\
 not load?"),o(pe,{run:()=>Un(e,t,s),failed:r,label:"Finish"},o(j,{name:"address",label:"Copy its whole address from the browser and paste it here",required:!0,
value:s,set:i,fault:n})))}import{fields as co,isolated as Tr,labels as lt,plain as me}from"./words.js";var $r=[["provider","From the list","Google, GitHub, Microsoft and others"],["issue\
r","By its address","Your company's or your own sign-in server"],["manual","By hand","You know its two addresses"]];function uo({state:e}){let t=Xn(),n=t.adding?
e.signIns.get(t.adding):void 0,r=D(null);return o("section",{class:"add","aria-labelledby":"add-title"},o("h2",{id:"add-title",tabIndex:-1,"data-home":!0,ref:r},
lt.add.replace("…","")),n?o("div",{class:"card"},o(at,{name:t.adding,running:n,key:n.id})):o(y,null,o("fieldset",{class:"ways"},o("legend",null,"How do you wa\
nt to name the provider?"),$r.map(([s,i,l])=>o("label",{key:s},o("input",{type:"radio",name:"way",value:s,checked:t.way===s,onChange:()=>I({way:s,faults:{}})}),
o("span",null,o("strong",null,i),o("span",{class:"soft"},l))))),t.way==="provider"&&!t.provider?o(Er,{providers:e.providers,search:t.search}):o(Vr,{d:t})))}function Er({
providers:e,search:t}){if(!e)return o("p",{class:"soft"},"Reading the list …");let n=t.trim().toLowerCase(),r=e.filter(s=>s.name.toLowerCase().includes(n)||s.
id.includes(n)).sort((s,i)=>s.name.localeCompare(i.name));return o("div",{class:"card"},o(j,{name:"search",type:"search",label:"Find a provider",required:!0,value:t,
set:s=>I({search:s})}),o("p",{class:"away",role:"status"},t?`${r.length} found`:""),r.length>0?o("ul",{class:"providers"},r.map(s=>o("li",{key:s.id},o("button",
{type:"button",onClick:()=>to(s)},me(s.name))))):o("p",null,"It is not in the list."," ",o("button",{type:"button",class:"quiet",onClick:()=>I({way:"issuer"})},
"Add it by its address")))}function Mr({provider:e,redirect:t}){let n=Se(e?.console_url);return!t&&!n&&!e?.note?null:o("div",{class:"register"},o("h3",null,"Fir\
st, at ",e?o("bdi",null,me(e.name)):"the provider"),o("ol",null,o("li",null,"Register an app there",n?": ":".",n&&o("a",{href:n,target:"_blank",rel:"noopener no\
referrer"},new URL(n).host)),t&&o("li",null,"Give it this return address (redirect URI): ",o(X,{text:t,what:"the return address"})),e?.note&&o("li",null,o(v,{text:e.
note}))))}var Ve=e=>co[e]??{label:e,hint:""};function Q({d:e,field:t,required:n,kind:r,more:s}){return o(j,{name:t,label:Ve(t).label,hint:Ve(t).hint.replace(/; optional$/,
""),required:n??!1,type:r??"text",value:e[t],fault:e.faults[t],set:i=>ot(t,{...s,[t]:i})})}function Nr({d:e,provider:t}){return o(y,null,(t.vars??[]).map(n=>{let r=`\
vars.${n.name}`;return o(j,{key:n.name,name:r,label:me(n.name),hint:n.hint&&me(n.hint),required:!0,value:e.vars[n.name]??"",fault:e.faults[r],set:s=>ot(r,{vars:{
...e.vars,[n.name]:s}})})}))}function Vr({d:e}){let t=e.way==="provider"?e.provider:null,n=t?.redirect_uri??(e.way==="issuer"?e.discovery?.redirect_uri:void 0)??
(e.way==="manual"?"http://127.0.0.1/callback":""),r=t?.secret??"",s=e.way==="manual"||!!(t?t.device_url:e.discovery?.device_url);return o(pe,{class:"card",run:oo,
label:lt.sign_in,cancel:()=>{location.hash=""}},o(Ir,{d:e}),t&&o("div",{class:"chosen"},o("strong",null,o("bdi",null,me(t.name))),o("button",{type:"button",class:"\
quiet",onClick:()=>I({provider:null,faults:{}})},"Choose another")),e.way==="issuer"&&o(Fr,{d:e}),e.way==="manual"&&o(y,null,o(Q,{d:e,field:"authorize_url",kind:"\
url",required:!e.device}),o(Q,{d:e,field:"token_url",kind:"url",required:!0}),o(Q,{d:e,field:"device_url",kind:"url",required:e.device})),o(Mr,{provider:t,redirect:n}),
t&&o(Nr,{d:e,provider:t}),o(Q,{d:e,field:"name",required:!0,more:{named:!0}}),o(Q,{d:e,field:"client_id",required:!0}),r!=="none"&&o(Q,{d:e,field:"client_secret",
kind:"password",required:r==="required"}),o(Q,{d:e,field:"scopes",more:{scoped:!0}}),o(Q,{d:e,field:"account"}),s&&o("label",{class:"check"},o("input",{type:"ch\
eckbox",checked:e.device,onChange:i=>I({device:i.currentTarget.checked})}),lt.another_device))}function Ir({d:e}){let t=D(null),n=Object.entries(e.faults);if(O(
()=>{e.tried>0&&t.current?.focus()},[e.tried]),n.length===0||e.tried===0)return null;let r=s=>i=>{i.preventDefault(),t.current?.closest("form")?.elements.namedItem(
s)?.focus()};return o("div",{class:"faults",ref:t,tabIndex:-1,role:"group","aria-labelledby":"faults-title"},o("h3",{id:"faults-title"},n.length===1?"Something \
is not right yet":`${n.length} things are not right yet`),o("ul",null,n.map(([s,i])=>{let l=s.startsWith("vars.")?me(s.slice(5)):co[s]?.label;return o("li",{key:s},
l&&o(y,null,o("a",{href:`#${s}`,onClick:r(s)},l),":"," "),o(v,{text:i}))})))}var Lr=700;function Fr({d:e}){let[t,n]=_(!1);F(()=>{if(!rt(e.issuer.trim())||e.discovery)
return;let s=setTimeout(()=>{n(!0),no().finally(()=>n(!1))},Lr);return()=>clearTimeout(s)},[e.issuer]);let r=e.discovery;return o(y,null,o(Q,{d:e,field:"issuer",
kind:"url",required:!0,more:{discovery:null}}),t&&o("p",{class:"soft"},"Asking …"),r&&o("div",{class:"found"},o("p",{class:"good"},o("strong",null,"Sessionkee\
per can use this provider.")),o("p",null,r.offline?"It can keep you signed in.":"It does not say that it can keep you signed in: the session may end after a sho\
rt while."),o("details",null,o("summary",null,lt.details),o("dl",{class:"facts"},[["Issuer",r.issuer],[Ve("authorize_url").label,r.authorize_url],[Ve("token_url").
label,r.token_url],[Ve("device_url").label,r.device_url]].map(([s,i])=>i&&o("div",{key:s},o("dt",null,s),o("dd",null,o("code",null,Tr(i)))))))))}var se=null,At=[];function po(e){se=e,At=[];for(let t=se.parentElement;t;t=t.parentElement)At.push(t)}var fo=e=>e.isConnected&&e.getClientRects().length>0;function Dr(){
let e=document.activeElement;if(e&&e!==document.body){e!==se&&po(e);return}if(se){if(fo(se))return se.focus({preventScroll:!0});for(let t of At){if(!fo(t))continue;
let n=t.querySelector("[data-home]");if(n)return n.focus({preventScroll:!0})}}}function mo(e){e.addEventListener("focusin",t=>po(t.target)),e.ownerDocument.addEventListener(
"pointerdown",()=>se=null),new MutationObserver(Dr).observe(e,{childList:!0,subtree:!0})}import{tone as Ar}from"./words.js";var Ht=o("circle",{cx:"12",cy:"12",r:"10",class:"full"}),_o={active:o("g",null,Ht,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.\
5"})),retrying:o("path",{class:"line",d:"M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6"}),expiring:o("path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9\
.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),sign_in_needed:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("path",{class:"cut",d:"M12 8.5v6M12 18v.1"})),setup_needed:o(
"g",null,o("path",{class:"full",d:"M12 .8 23.2 12 12 23.2.8 12z"}),o("path",{class:"cut",d:"M12 6.5v6.5M12 17v.1"})),keychain_locked:o("g",null,o("path",{class:"\
full",d:"M4.5 10.5h15v11h-15z"}),o("path",{class:"line",d:"M8 10V7a4 4 0 0 1 8 0v3"})),paused:o("g",null,Ht,o("path",{class:"cut",d:"M9.3 8.2v7.6M14.7 8.2v7.6"})),
signed_out:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"}),ok:o("g",null,Ht,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.5"})),wait:o(
"path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),bad:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("pat\
h",{class:"cut",d:"M12 8.5v6M12 18v.1"})),off:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"})},Hr={ok:"good",wait:"wait",bad:"b\
ad",off:"off"};function J({of:e}){return o("svg",{class:"mark","data-tone":Hr[e]??Ar(e),viewBox:"0 0 24 24",width:"24",height:"24","aria-hidden":"true"},_o[e]??
_o.wait)}import{checkWord as ge,fill as go,keychainProblem as Rr,keychainWord as qr,labels as Rt,machineProblem as _e,plain as Ie,span as Or}from"./words.js";function vo({
state:e}){let[t,n]=_("");F(()=>{Me().catch(s=>n(H(s)))},[]);let r=e.health;return o("section",{"aria-labelledby":"health-title"},o("h2",{id:"health-title",tabIndex:-1,
"data-home":!0},"Health"),t&&o("p",{class:"fault"},o(v,{text:t})),r&&o("ul",{class:"card parts"},Wr(r).map(s=>o(Gr,{key:s.name,check:s}))),o(Yr,null))}function Wr(e){
let{keychain:t,history:n,socket:r,http:s,clock:i,faults:l}=e,c=[{name:"Keeper",well:go(ge("keeper"),{pid:String(e.pid),version:e.version})},{name:"Keychain",well:Ur(
qr(t.state)),detail:t.detail,problem:t.state==="ok"?void 0:Rr(t.state)},{name:"Clock",well:Br(e),mark:i?.state==="ok"?"ok":"off",problem:i?.state==="wrong"?Kr(i):
void 0},{name:"History",well:ge("history"),detail:n.detail,problem:n.state==="down"?_e("history_down"):void 0},{name:"Programs",well:ge("socket"),detail:r.detail,
problem:r.state==="down"?_e("socket_down"):void 0},{name:"Page",well:ge("page"),detail:s.detail,problem:s.state==="down"?_e("page_down"):void 0}];t.spilled&&c.push(
{name:"Waiting records",well:"",problem:_e("waiting_records",{count:String(t.spilled)})});for(let u of l??[]){let d=_e("broken_file",{fault:Ie(u.detail).replace(
/\.$/,"")});c.push({name:`File: ${u.name||"config.toml"}`,well:"",problem:d})}return c}var Ur=e=>e.charAt(0).toUpperCase()+e.slice(1),jr={d:864e5,h:36e5,m:6e4,s:1e3,
ms:1};function zr(e){let t=0;for(let[,n,r]of e.matchAll(/([\d.]+)(ms|[dhms])/g))t+=Number(n)*(jr[r]??0);return e.startsWith("-")?-t:t}var Br=({clock:e})=>e?.state===
"ok"?go(ge("clock"),{host:Ie(e.seen??"the providers")}):ge("clock_unknown");function Kr(e){let t=zr(e.skew??"");return _e("clock_wrong",{span:Or(Math.abs(t)),side:t<
0?"behind":"ahead of",host:Ie(e.seen||"the providers")})}function Gr({check:e}){return o("li",null,o(J,{of:e.problem?"bad":e.mark??"ok"}),o("div",null,o("h3",null,
o("bdi",null,Ie(e.name))),e.problem?o(Qr,{problem:e.problem,detail:e.detail}):o("p",{class:"soft"},e.well)))}function Qr({problem:e,detail:t}){let n=(e.more||t)&&
o("details",null,o("summary",null,Rt.details),e.more&&o("p",null,e.more),t&&o("p",null,o(v,{text:t})));return o(y,null,o("p",null,o("strong",null,e.title,". "),
o(v,{text:e.detail})),e.action==="unlock"&&o(qt,{label:e.label}),n)}function qt({label:e}){let[t,n]=_("");return o(y,null,o("p",{class:"buttons"},o(T,{kind:"mai\
n",run:async()=>{await h("POST","/v1/keychain/unlock",{}),await Me()},failed:i=>{n(i),i&&S(i)},label:`${e} the keychain`},e)),t&&o("p",{class:"fault"},o(v,{text:t})))}
var Jr={systemd:"a systemd service",xdg:"a desktop entry",launchd:"a launch agent","run-key":"an entry of the registry"};function Yr(){let[e,t]=_(null),[n,r]=_(
"");F(()=>{h("GET","/v1/autostart").then(t,i=>r(H(i)))},[]);let s=async()=>{let i=await h("PUT","/v1/autostart",{on:!e?.on});t(i),S(`${Rt.autostart}: ${i.on?"on":
"off"}`)};return o("div",{class:"card start"},e&&o(y,null,o(Xr,{on:e.on,turn:s,tell:r}),e.path&&o("p",{class:"soft"},e.on?"Installed: ":"Would install: ",Jr[e.kind??
""]??""," ",o("code",null,Ie(e.path))),e.detail&&o("p",null,o(v,{text:e.detail}))),n&&o("p",{class:"fault"},o(v,{text:n})))}function Xr({on:e,turn:t,tell:n}){let[
r,s]=st(t,n);return o("button",{type:"button",role:"switch",class:"switch","aria-checked":e,"aria-disabled":r||void 0,onClick:s},o("span",{class:"slot","aria-hi\
dden":"true"},o("span",{class:"knob"})),Rt.autostart,o("span",{class:"soft","aria-hidden":"true"},e?"On":"Off"))}import{plain as Ot,reasonWord as Wt,stateWord as Zr}from"./words.js";function ct(e,t){let[n,r]=_({entries:null,fault:""}),[s,i]=_(0);return F(()=>{let l=!1,c=[],
u=Kn(f=>{if(!f)return i(a=>a+1);let p=f.filter(a=>!e||a.session===e).reverse();p.length!==0&&r(a=>a.entries===null?(c=[...p,...c].slice(0,t),a):{...a,entries:[...p,
...a.entries].slice(0,t)})}),d=e?M(e,"/history"):"/v1/history";return h("GET",`${d}?limit=${t}`).then(f=>{let p=f[0]?Date.parse(f[0].at):0,a=c.filter(m=>Date.parse(
m.at)>p);l||r({entries:[...a,...f].slice(0,t),fault:""})},f=>{l||r({entries:[],fault:H(f)})}),()=>{l=!0,u()}},[e,t,s]),n}function yo(e){let t=e.detail??{},n=[];
return e.type==="session.state"?(n.push([t.was,t.state].filter(Boolean).map(r=>Zr(r)).join(" → ")),t.reason&&n.push(Wt(t.reason))):e.type==="consent.done"?t.outcome&&
t.outcome!=="done"&&n.push(Wt(t.outcome).replaceAll("_"," ")):(t.reason&&n.push(Wt(t.reason)),t.message&&n.push(Ot(t.message)),t.code&&n.push(Ot(t.code)),t.http_status&&
n.push(`status ${Ot(t.http_status)}`),e.type==="session.warning"&&t.kind==="outage"&&n.push("the provider cannot be reached")),n.filter(Boolean).join(" · ")}function dt(e){
switch(e.type){case"token.renewed":return"renewed";case"refresh.failed":return"failed";case"session.warning":return"warned";case"consent.done":return e.detail?.
outcome&&e.detail.outcome!=="done"?"failed":"consent";default:return""}}var bo=.12;function wo(e,t,n,r,s){let i=n+r*bo/(1-bo),l=n-r,c=(i-l)/Math.max(1,s),u={start:l,end:i,bars:[],signs:[],counts:{renewed:0,failed:0,warned:0,consent:0}},
d=1/0,f={};for(let p of t){let a=Date.parse(p.at),m=dt(p);if(m==="renewed"||m==="consent"){let V=Date.parse(p.detail?.expires_at??(d===1/0?e?.access_expires_at??
"":"")),P=Math.min(Number.isNaN(V)?Math.min(d,n):V,d,i);P>l&&es(u.bars,{from:Math.max(a,l),to:P},c),d=a}if(p.type==="session.state"&&p.detail?.state==="signed_o\
ut"&&(d=a),!m||a<l)continue;u.counts[m]++;let g=f[m];if(g&&g.at-a<c*7?g.n++:u.signs.push(f[m]={at:a,kind:m,n:1}),a<l)break}return u}function es(e,t,n){let r=e[e.
length-1];r&&r.to-t.from<n*5&&r.from-t.to<n?r.from=t.from:e.push(t)}import{eventWord as ts,plain as jt,sentences as ko}from"./words.js";var z=36e5,ho=[["1 hour",z],["24 hours",24*z],["7 days",168*z]],ns=4e3,os=1e4,rs=[["renewed",
"renewed"],["failed","failed"],["warned","warned"],["consent","signed in"]];function ut({name:e,session:t}){let[n,r]=_(24*z),s=ct(e,ns);if(s.fault)return o("p",
{class:"fault"},o(v,{text:s.fault}));let i=ho.find(([,l])=>l===n)?.[0]??"";return o("div",{class:"timeline"},o("div",{class:"ranges",role:"group","aria-label":`\
Time shown of ${e}`},ho.map(([l,c])=>o("button",{type:"button",key:l,"aria-pressed":n===c,onClick:()=>r(c)},l))),s.entries?o(is,{name:e,session:t,entries:s.entries,
span:n,spoken:i}):o("p",{class:"soft"},"Reading …"),s.entries&&o(us,{entries:s.entries,name:e}))}function ss(){let e=D(null),[t,n]=_(0);return F(()=>{if(!e.current)
return;let r=new ResizeObserver(([s])=>s&&n(Math.floor(s.contentRect.width)));return r.observe(e.current),()=>r.disconnect()},[]),[e,t]}var Le=18,Ut=14,ie=74;function is({
name:e,session:t,entries:n,span:r,spoken:s}){let i=W(),[l,c]=ss();Xe(a=>Math.floor(a/os));let u=ke(),d=wo(t,n,u,r,c),f=a=>Math.round((a-d.start)/(d.end-d.start)*
c*10)/10,p=rs.filter(([a])=>d.counts[a]>0).map(([a,m])=>`${d.counts[a]} times ${m}`);return o(y,null,o("div",{class:"picture",ref:l},c>0&&o("svg",{role:"img","a\
ria-labelledby":`${i}-title ${i}-desc`,width:c,height:ie,viewBox:`0 0 ${c} ${ie}`},o("title",{id:`${i}-title`},`The last ${s} of ${jt(e)}`),o("desc",{id:`${i}-d\
esc`},p.length>0?`${p.join(", ")}.`:ko.nothing_happened),o("path",{class:"axis",d:`M0 ${ie-20.5}H${c}`}),cs(r,u,d.start).map(([a,m])=>{let g=f(a);return o(y,{key:a},
o("path",{class:"axis",d:`M${g} ${ie-24}v7`}),g>20&&g<c-20&&Math.abs(g-f(u))>44&&o("text",{x:g,y:ie-5,"text-anchor":"middle"},m))}),d.bars.map(a=>o("rect",{class:"\
life",key:a.from,x:f(a.from),y:Le+8,rx:"2",height:Ut,width:Math.max(2,f(a.to)-f(a.from)-1)})),o("path",{class:"now",d:`M${f(u)} 4V${ie-18}`}),o("text",{class:"n\
ow-word",x:f(u),y:ie-5,"text-anchor":"middle"},"now"),d.signs.map(a=>o(as,{key:a.kind+a.at,sign:a,x:f(a.at)})))),o(ls,null))}function as({sign:e,x:t}){switch(e.
kind){case"renewed":return o("path",{class:"renewed",d:`M${t} ${Le+5}v${Ut+6}`});case"failed":return o("path",{class:"failed",d:`M${t-4.5} ${Le-13}l9 9m0-9l-9 9`});case"\
warned":return o("path",{class:"warned",d:`M${t} ${Le-14}l6 11h-12z`});case"consent":return o("path",{class:"consent",d:`M${t} ${Le+8+Ut/2-9}l6.5 9l-6.5 9l-6.5-\
9z`})}}var ls=fe(()=>o("ul",{class:"legend","aria-hidden":"true"},o("li",null,o("svg",{width:"22",height:"16"},o("rect",{class:"life",x:"1",y:"3",width:"20",height:"\
10",rx:"2"})),"good for"),o("li",null,o("svg",{width:"10",height:"16"},o("path",{class:"renewed",d:"M5 1v14"})),"renewed"),o("li",null,o("svg",{width:"16",height:"\
16"},o("path",{class:"consent",d:"M8 1l6 7l-6 7l-6-7z"})),"signed in"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"warned",d:"M8 2l6 11h-12z"})),
"warned"),o("li",null,o("svg",{width:"14",height:"16"},o("path",{class:"failed",d:"M2 3l10 10m0-10l-10 10"})),"failed")));function cs(e,t,n){let r=e<=z?z/6:e<=24*
z?4*z:24*z,s=new Date(t).getTimezoneOffset()*6e4,i=[];for(let l=Math.ceil((n-s)/r)*r+s;l<t;l+=r){let c=new Date(l);i.push([l,r<24*z?c.toLocaleTimeString(void 0,
{hour:"2-digit",minute:"2-digit"}):c.toLocaleDateString(void 0,{weekday:"short"})])}return i}var ds=50;function us({entries:e,name:t}){let[n,r]=_(ds),[s,i]=_(!1);
return o("details",{class:"rows",onToggle:l=>i(l.currentTarget.open)},o("summary",null,"As a table"),s&&o(zt,{caption:`What happened to ${jt(t)}`,entries:e.slice(
0,n),names:!1}),s&&e.length>n&&o("button",{type:"button",onClick:()=>r(n*4)},"Show more"))}var zt=fe(({caption:e,entries:t,names:n})=>t.length===0?o("p",{class:"\
soft"},ko.nothing_happened,"."):o("table",null,o("caption",{class:"away"},e),o("thead",null,o("tr",null,o("th",{scope:"col"},"When"),n&&o("th",{scope:"col"},"Se\
ssion"),o("th",{scope:"col"},"What"))),o("tbody",null,t.map((r,s)=>o(fs,{key:`${r.at} ${r.session} ${r.type} ${t.length-s}`,entry:r,names:n}))))),fs=fe(({entry:e,
names:t})=>{let n=yo(e);return o("tr",{"data-kind":dt(e)},o("td",null,o("time",{dateTime:e.at},Ze(e.at))),t&&o("td",{class:"whose"},o("bdi",null,jt(e.session))),
o("td",null,ts(e.type),n&&o("span",{class:"soft"},": ",o(v,{text:n}))))});import{labels as ps,plain as ms}from"./words.js";var _s=100,gs=1e4;function xo({state:e}){let[t,n]=_(""),r=W(),s=[...e.sessions.keys()].sort();return o("section",
{"aria-labelledby":`${r}-title`},o("h2",{id:`${r}-title`,tabIndex:-1,"data-home":!0},ps.history),s.length>0&&o("div",{class:"field"},o("label",{for:r},"Session"),
o("select",{id:r,value:t,onChange:i=>n(i.currentTarget.value)},o("option",{value:""},"All sessions"),s.map(i=>o("option",{key:i,value:i},ms(i))))),t?o("div",{class:"\
card",key:t},o(ut,{name:t,session:e.sessions.get(t)??null})):o(vs,null))}function vs(){let[e,t]=_(_s),{entries:n,fault:r}=ct("",e);return r?o("p",{class:"fault"},
o(v,{text:r})):n?o("div",{class:"card"},o(zt,{caption:"What happened to all sessions",entries:n,names:!0}),n.length>=e&&e<gs&&o("button",{type:"button",onClick:()=>t(
e*4)},"Show more")):o("p",{class:"soft"},"Reading …")}import{fill as Bt,isolated as Kt,labels as So,remoteWord as To,sentences as Fe,stateWord as $o}from"./words.js";async function Po(e){return h("POST",M(e,"/logou\
t"),{})}function ys(e,t){let n=t.remote==="revoked"||t.remote==="nothing"?"":t.detail||To(t.remote);n&&U(e,`${$o("signed_out")}: ${n}`)}async function Co(e){await h(
"DELETE",M(e)),U(e,""),S(`“${Kt(e)}” was removed.`)}function Eo({question:e,session:t}){let n=D(null),[r,s]=_("");O(()=>n.current?.showModal(),[]);let i=()=>n.
current?.close(),l=p=>async()=>{await p(),i()},c=async()=>{let{remote:p}=await Po(e.name);if(p==="unreachable"||p==="unsupported")throw new A(`${$o("signed_out")}\
: ${To(p)}.`);await Co(e.name),i()},u=o("button",{type:"button",onClick:i},So.cancel),d=Kt(e.name),f=e.what==="sign_out"?o(y,null,o("h2",{id:"question"},Bt(Fe.confirm_sign_out,
{name:d})),o("p",null,Fe.confirm_sign_out_detail),e.related.length>0&&o("p",null,o("strong",null,o(v,{text:Bt(Fe.related,{names:e.related.map(Kt).join(", ")})}))),
r&&o("p",{class:"fault"},o(v,{text:r})),o("div",{class:"buttons"},u,o(T,{kind:"danger",failed:s,run:l(async()=>ys(e.name,await Po(e.name)))},So.sign_out))):o(y,
null,o("h2",{id:"question"},Bt(Fe.confirm_remove,{name:d})),o("p",null,Fe.confirm_remove_detail),r&&o("p",{class:"fault"},o(v,{text:r})),o("div",{class:"buttons"},
u,t&&t.state!=="signed_out"&&o(T,{kind:"danger",failed:s,run:c},"Sign out and remove"),o(T,{kind:"danger",failed:s,run:l(()=>Co(e.name))},"Remove")));return o("\
dialog",{ref:n,"aria-labelledby":"question",onClose:()=>C({question:null})},f)}import{commandOf as bs,labels as ae}from"./words.js";var Z=e=>e?o("time",{dateTime:e},Ze(e)):null,le=e=>e?o("code",null,o(v,{text:e})):null;function Mo({session:e,
problem:t}){let n=e.last_error,r=[["State",le([e.state,e.reason].filter(Boolean).join(" / "))],["Why",t?.more],["The keeper says",e.detail&&o(v,{text:e.detail})],
["Last error",n&&o(y,null,le(n.code),n.http_status?` (status ${n.http_status})`:"",", ",Z(n.at),n.message&&o(y,null,": ",o(v,{text:n.message})))],[ae.provider,le(
e.provider)],["Issuer",le(e.issuer)],[ae.account,[e.account.name,e.account.email,e.account.sub].filter(Boolean).map((s,i)=>o(y,{key:i},i>0&&" · ",o(v,{text:s})))],
["Client ID",le(e.client_id)],["Scopes",le((e.scopes??[]).join(" "))],[ae.signed_in,Z(e.signed_in_at)],[ae.last_renewed,Z(e.last_refresh_at)],[ae.renews,Z(e.renew_at)],
["Access token until",Z(e.access_expires_at)],["Warns",Z(e.warn_at)],[ae.ends,Z(e.ends_at)],[ae.next_try,Z(e.next_try_at)],["Generation",e.generation>0?le(String(
e.generation)):null],["Command",t?.command&&o(X,{text:bs(t.command,e.name),what:"the command"})]];return o("dl",{class:"facts"},r.filter(([,s])=>s&&!(Array.isArray(
s)&&s.length===0)).map(([s,i])=>o("div",{key:s},o("dt",null,s),o("dd",null,i))))}import{fill as Gt,from as Qt,labels as ws,sentences as ft,span as hs,tone as No}from"./words.js";var Yt=200,Xt=(e,t)=>e?Date.parse(e)-t:NaN;function Jt(e,t,n){let r=Xt(
t,Date.parse(e??"")),s=Xt(t,n);return r>0&&s>0?Math.min(Yt,Math.ceil(s/r*Yt)):-1}function ks(e,t){let n={words:"",quiet:"",bar:-1,tone:"good"};if(e.state==="pau\
sed"||e.state==="signed_out")return n;let[r,s,i,l]=[e.ends_at,e.renew_at,e.next_try_at,e.usable_until].map(a=>Xt(a,t)),c=e.state==="active"||e.state==="expiring",
u=[];e.state==="retrying"&&i>0&&u.push(Gt(ft.next_try,{when:Qt(i)})),c&&s>0&&u.push(Gt(ft.renews,{when:Qt(s)}));let d=l>0?`${ws.usable} ${hs(l)}`:"",f=!e.ends_firm&&
r>0&&(e.state==="active"||e.state==="retrying");if(!Number.isNaN(r)&&!f){!c&&d&&u.unshift(d);let a=Gt(r>0?ft.ends:ft.ended,{when:Qt(r)}),m=e.state==="active"?"g\
ood":No(e.state);return{words:a,quiet:u.join(" · "),bar:Jt(e.signed_in_at??e.last_refresh_at,e.ends_at,t),tone:m}}if(c&&s>0)return{...n,tone:"off",quiet:u.join(
" · "),bar:Jt(e.last_refresh_at??e.signed_in_at,e.renew_at,t)};let p=Jt(e.last_refresh_at??e.signed_in_at,e.usable_until,t);return{words:d,quiet:u.join(" · "),
bar:p,tone:No(e.state)}}function Vo({session:e}){let t=W(),n=Xe(c=>{let u=ks(e,c);return[u.words,u.quiet,u.bar,u.tone].join(`
`)}),[r,s,i,l]=n.split(`
`);return!r&&!s?null:o("div",{class:"times"},i!=="-1"&&o("progress",{class:r?"":"quiet","data-tone":l,max:Yt,value:Number(i),"aria-labelledby":t}),o("p",{id:t,class:"\
time"},r&&o("span",{class:"ends"},r),r&&s&&" ",s&&o("span",{class:"soft"},s)))}import{fields as Io,labels as L,plain as Zt,problemOf as xs,stateWord as Lo,tone as Ss}from"./words.js";var De=(e,t,n={})=>h("POST",M(e.name,t),n),Fo=fe(({session:e,
provider:t,running:n,note:r})=>{let[s,i]=_(!1),l=W(),c=e.account.email||e.account.name||e.account.sub||"",u=xs(e),d=f=>U(e.name,f);return o("li",{class:"session\
 card","data-tone":Ss(e.state),"data-state":e.state},o(J,{of:e.state}),o("div",{class:"head"},o("h3",{tabIndex:-1,"data-home":!0,dir:"auto"},Zt(e.name)),o("p",{
class:"who"},c&&o("bdi",null,Zt(c)),c&&t&&" · ",t&&o("bdi",null,Zt(t)))),o("p",{class:"state"},Lo(e.state)),o("button",{type:"button",class:"quiet fold","aria-\
expanded":s,"aria-controls":s?l:void 0,"aria-label":`${L.details} of ${e.name}`,onClick:()=>i(!s)},L.details,o("svg",{viewBox:"0 0 12 12",width:"12",height:"12",
"aria-hidden":"true"},o("path",{d:"m2 4 4 4 4-4"}))),o("div",{class:"rest"},o(Ps,{session:e,problem:u}),o(Vo,{session:e}),r&&o(Cs,{session:e,told:r}),n?o(at,{name:e.
name,running:n,key:n.id}):o(Ts,{session:e,problem:u,tell:d}),s&&o("div",{id:l,class:"details"},o(Es,{session:e,running:n!==void 0,tell:d}),o(ut,{name:e.name,session:e}),
o(Mo,{session:e,problem:u}))))});function Ps({session:e,problem:t}){if(!t)return e.detail?o("p",{class:"why"},o(v,{text:e.detail})):null;let n=t.title===Lo(e.state);
return o("div",{class:"why"},o("p",null,!n&&o("strong",null,t.title,". "),t.detail),e.detail&&e.state==="setup_needed"&&o("p",{class:"soft"},o(v,{text:e.detail})))}
function Cs({session:e,told:t}){return o("div",{class:"note"},o("p",null,o(v,{text:t.text})),t.failure==="wrong_account"&&o(T,{run:()=>ue(e.name,{as_other:!0}),
failed:n=>U(e.name,n),label:`Use the other account for ${e.name}`},"Use the other account"))}function Ts({session:e,problem:t,tell:n}){switch(t?.action){case"si\
gn_in":case"sign_in_again":return o("div",{class:"buttons"},o(T,{kind:"main",run:()=>ue(e.name),failed:n,label:`${t.label} to ${e.name}`},t.label));case"resume":
return o("div",{class:"buttons"},o(T,{kind:"main",run:()=>De(e,"/resume"),failed:n,label:`${t.label} ${e.name}`},t.label));case"unlock":return o("div",{class:"b\
uttons"},o(T,{kind:"main",run:()=>h("POST","/v1/keychain/unlock",{}),failed:n,label:`${t.label} the keychain for ${e.name}`},t.label));case"set_secret":return o(
$s,{session:e,label:t.label});default:return e.state==="retrying"?o("div",{class:"buttons"},o(T,{run:()=>De(e,"/refresh"),failed:n,label:`${L.try_again}: ${e.name}`},
L.try_again)):null}}function $s({session:e,label:t}){let[n,r]=_(!1),[s,i]=_(""),[l,c]=_("");return n?o(pe,{class:"secret",run:async()=>{if(!s)throw new Error("E\
nter the secret.");await De(e,"/secret",{client_secret:s}),r(!1),i("")},failed:f=>{c(f),f&&S(f)},label:L.save,cancel:()=>r(!1)},o(j,{name:"client_secret",label:Io.
client_secret?.label??"",type:"password",required:!0,value:s,set:i,fault:l,hint:Io.client_secret?.hint})):o("div",{class:"buttons"},o("button",{type:"button",class:"\
main","aria-label":`${t} ${e.name}`,onClick:()=>r(!0)},t))}function Es({session:e,running:t,tell:n}){let r=(...l)=>l.includes(e.state),s=async()=>{let l=await h(
"GET",M(e.name,"/related"));C({question:{what:"sign_out",name:e.name,related:l}})},i=()=>C({question:{what:"remove",name:e.name,related:[]}});return o("div",{class:"\
buttons"},r("active","retrying","expiring")&&o(T,{run:()=>De(e,"/refresh"),failed:n,label:`${L.refresh} ${e.name}`},L.refresh),r("active","retrying")&&!t&&o(T,{
run:()=>ue(e.name),failed:n,label:`${L.sign_in_again} to ${e.name}`},L.sign_in_again),!r("paused","signed_out")&&o(T,{run:()=>De(e,"/pause"),failed:n,label:`${L.
pause} ${e.name}`},L.pause),!r("signed_out")&&o(T,{run:s,failed:n,label:`${L.sign_out} of ${e.name}`},L.sign_out),o(T,{run:i,label:`${L.remove} ${e.name}`},L.remove))}import{count as pt,labels as Ms,plain as Ns,sentences as Do}from"./words.js";var Vs=12;function Ao({state:e}){let[t,n]=_(""),{sessions:r,order:s}=e;if(r.size===
0)return o(Fs,null);let i=new Map(e.providers?.map(p=>[p.id,p.name])),l=p=>i.get(p.provider)||p.provider||Is(p.issuer),c=p=>l(p).toLowerCase()===p.name.toLowerCase()?
"":l(p),u=t.trim().toLowerCase(),d=p=>!u||[p.name,p.account.email,p.account.name,l(p)].some(a=>a?.toLowerCase().includes(u)),f=p=>Et(p.target.closest?.("button")!==
null);return o("section",{"aria-labelledby":"summary"},o(Ls,{sessions:r}),r.size>Vs&&o("div",{class:"find"},o(j,{name:"find",type:"search",label:"Find a session",
required:!0,value:t,set:n})),o("ul",{class:"sessions",onPointerOver:f,onPointerLeave:()=>Et(!1)},s.map(p=>{let a=r.get(p);return a&&d(a)&&o(Fo,{key:p,session:a,
provider:c(a),running:e.signIns.get(p),note:e.notes.get(p)})})))}function Is(e){try{return e?new URL(e).host:""}catch{return Ns(e??"")}}function Ls({sessions:e}){
let t=tt(e),n=e.size,r=[...e.values()].every(c=>c.state==="active"),s=[...e.values()].filter(c=>c.state==="sign_in_needed").length,i=t===s?pt("waiting",t):t===1?
"1 session needs you":`${t} sessions need you`,l=t>0?i:r?pt("well",n):pt("sessions",n);return o("div",{class:"summary","data-tone":t>0?"bad":r?"good":"off"},(t>
0||r)&&o(J,{of:t>0?"bad":"ok"}),o("h2",{id:"summary",tabIndex:-1,"data-home":!0},l),t>0&&n>t&&o("p",{class:"soft"},pt("sessions",n)," in all"))}function Fs(){return o(
"section",{class:"empty","aria-labelledby":"summary"},o("h2",{id:"summary",tabIndex:-1,"data-home":!0},Do.no_sessions),o("p",null,Do.no_sessions_detail),o("p",null,
o("a",{class:"main",href:"#go=add"},Ms.add.replace("…",""))))}import{keychainProblem as Ds,labels as Ae}from"./words.js";var As=[["sessions",Ae.sessions],["add",Ae.add.replace("…","")],["history",Ae.history],["health","H\
ealth"]];function Hs(){let e=Fn(),t=tt(e.sessions);F(()=>{document.title=t>0?`(${t}) Sessionkeeper`:"Sessionkeeper"},[t]);let n=e.link==="live"||e.link==="lost"&&
e.sessions.size>0||e.link==="opening";return o(y,null,o("header",null,o("h1",{tabIndex:-1,"data-home":!0},o("img",{src:"/favicon.svg",alt:"",width:"28",height:"\
28"}),"Sessionkeeper"),e.link!=="closed"&&o("nav",{"aria-label":"Parts of this page"},As.map(([r,s])=>o("a",{key:r,href:r==="sessions"?"#":`#go=${r}`,"aria-curr\
ent":e.view===r?"page":void 0},s)))),o("p",{class:"away",role:"status"},e.said),o("main",null,e.link==="lost"&&o(Ws,null),e.link==="closed"&&o(Us,null),n&&o(Os,
{state:e}),n&&e.link!=="opening"&&o(Rs,{state:e,key:e.view})),e.link!=="closed"&&o("footer",null,o("a",{href:"/licenses.txt",target:"_blank",rel:"noopener noref\
errer"},"Licences")),e.question&&o(Eo,{question:e.question,session:e.sessions.get(e.question.name)}))}var Ho=!0;function Rs({state:e}){let t=D(null);return O(()=>{
Ho||t.current?.querySelector("h2")?.focus(),Ho=!1},[]),o("div",{ref:t},qs(e))}function qs(e){switch(e.view){case"add":return o(uo,{state:e});case"history":return o(
xo,{state:e});case"health":return o(vo,{state:e});default:return o(Ao,{state:e})}}function Os({state:e}){let t=e.health?.keychain;if(!t||t.state==="ok"||e.view===
"health")return null;let n=Ds(t.state);return o("div",{class:"banner","data-part":"keychain"},o(J,{of:"keychain_locked"}),o("div",null,o("p",null,o("strong",null,
n.title,". "),n.detail),n.action==="unlock"&&o(qt,{label:n.label})))}function Ws(){return o("div",{class:"banner","data-part":"lost"},o(J,{of:"retrying"}),o("di\
v",null,o("p",null,o("strong",null,"The keeper does not answer. "),"What you see may be old. This page goes on by itself when the keeper is back."),o("p",{class:"\
buttons"},o("button",{type:"button",onClick:Qn},Ae.try_again))))}function Us(){return o("section",{class:"empty","data-part":"closed","aria-labelledby":"closed-\
title"},o("h2",{id:"closed-title",tabIndex:-1,"data-home":!0},"This page is locked"),o("p",null,"It opens from the tray icon: choose ",o("strong",null,Ae.open_page),
"."),o("p",null,"Or run this command:"),o("p",null,o(X,{text:"sessionkeeper ui",what:"the command"})))}var js=document.getElementById("app");mo(document.body);vn(
o(Hs,null),js);Ft();addEventListener("hashchange",()=>{Ft()});
