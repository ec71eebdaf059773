var Ue,w,on,Ho,J,Zt,rn,sn,mt,He,ye,an,vt,_t,gt,Ro,qe={},Oe=[],qo=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,je=Array.isArray;function z(e,t){
for(var n in t)e[n]=t[n];return e}function yt(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function o(e,t,n){var r,s,i,l={};for(i in t)i=="key"?r=t[i]:i=="re\
f"?s=t[i]:l[i]=t[i];if(arguments.length>2&&(l.children=arguments.length>3?Ue.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(i in e.defaultProps)
l[i]===void 0&&(l[i]=e.defaultProps[i]);return Re(e,l,r,s,null)}function Re(e,t,n,r,s){var i={type:e,props:t,key:n,ref:r,__k:null,__:null,__b:0,__e:null,__c:null,
constructor:void 0,__v:s??++on,__i:-1,__u:0};return s==null&&w.vnode!=null&&w.vnode(i),i}function y(e){return e.children}function le(e,t){this.props=e,this.context=t}function ee(e,t){if(t==null)return e.__?ee(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)
if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?ee(e):null}function Oo(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,r=[],s=[],i=z({},
t);i.__v=t.__v+1,w.vnode&&w.vnode(i),bt(e.__P,i,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,r,n??ee(t),!!(32&t.__u),s),i.__v=t.__v,i.__.__k[i.__i]=i,fn(r,i,s),
t.__e=t.__=null,i.__e!=n&&ln(i)}}function ln(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.
__e=e.__c.base=t.__e}),ln(e)}function en(e){(!e.__d&&(e.__d=!0)&&J.push(e)&&!We.__r++||Zt!=w.debounceRendering)&&((Zt=w.debounceRendering)||rn)(We)}function We(){
try{for(var e,t=1;J.length;)J.length>t&&J.sort(sn),e=J.shift(),t=J.length,Oo(e)}finally{J.length=We.__r=0}}function cn(e,t,n,r,s,i,l,c,u,d,f){var p,a,m,g,I,P,M=r&&
r.__k||Oe,b=t.length;for(u=Wo(n,t,M,u,b),p=0;p<b;p++)(m=n.__k[p])!=null&&(a=m.__i!=-1&&M[m.__i]||qe,m.__i=p,P=bt(e,m,a,s,i,l,c,u,d,f),g=m.__e,m.ref&&a.ref!=m.ref&&
(a.ref&&wt(a.ref,null,m),f.push(m.ref,m.__c||g,m)),I==null&&g!=null&&(I=g),4&m.__u?(u=dn(m,u,e),a.__e&&(a.__e=null)):typeof m.type=="function"&&P!==void 0?u=P:g&&
(u=g.nextSibling),m.__u&=-7);return n.__e=I,u}function Wo(e,t,n,r,s){var i,l,c,u,d,f=n.length,p=f,a=0;for(e.__k=new Array(s),i=0;i<s;i++)(l=t[i])!=null&&typeof l!=
"boolean"&&typeof l!="function"?(typeof l=="string"||typeof l=="number"||typeof l=="bigint"||l.constructor==String?l=e.__k[i]=Re(null,l,null,null,null):je(l)?l=
e.__k[i]=Re(y,{children:l},null,null,null):l.constructor===void 0&&l.__b>0?l=e.__k[i]=Re(l.type,l.props,l.key,l.ref?l.ref:null,l.__v):e.__k[i]=l,u=i+a,l.__=e,l.
__b=e.__b+1,c=null,(d=l.__i=Uo(l,n,u,p))!=-1&&(p--,(c=n[d])&&(c.__u|=2)),c==null||c.__v==null?(d==-1&&(s>f?a--:s<f&&a++),typeof l.type!="function"&&(l.__u|=4)):
d!=u&&(d==u-1?a--:d==u+1?a++:(d>u?a--:a++,l.__u|=4))):e.__k[i]=null;if(p)for(i=0;i<f;i++)(c=n[i])!=null&&(2&c.__u)==0&&(c.__e==r&&(r=ee(c)),mn(c,c));return r}function dn(e,t,n){
var r,s;if(typeof e.type=="function"){for(r=e.__k,s=0;r&&s<r.length;s++)r[s]&&(r[s].__=e,t=dn(r[s],t,n));return t}e.__e!=t&&(t&&e.type&&!t.parentNode&&(t=ee(e)),
t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function Uo(e,t,n,r){var s,i,l,c=e.key,u=e.type,d=t[n],f=d!=null&&(2&d.__u)==0;if(d===null&&c==null||f&&c==d.key&&u==d.type)return n;if(r>(f?1:0)){for(s=n-1,i=n+
1;s>=0||i<t.length;)if((d=t[l=s>=0?s--:i++])!=null&&(2&d.__u)==0&&c==d.key&&u==d.type)return l}return-1}function tn(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=
n==null?"":typeof n!="number"||qo.test(t)?n:n+"px"}function Ae(e,t,n,r,s){var i,l;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof r=="str\
ing"&&(e.style.cssText=r=""),r)for(t in r)n&&t in n||tn(e.style,t,"");if(n)for(t in n)r&&n[t]==r[t]||tn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")i=t!=(t=t.replace(
an,"$1")),l=t.toLowerCase(),t=l in e||t=="onFocusOut"||t=="onFocusIn"?l.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+i]=n,n?r?n[ye]=r[ye]:(n[ye]=vt,e.addEventListener(
t,i?gt:_t,i)):e.removeEventListener(t,i?gt:_t,i);else{if(s=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&
t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}
typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function nn(e){return function(t){if(this.l){
var n=this.l[t.type+e];if(t[He]==null)t[He]=vt++;else if(t[He]<n[ye])return;return n(w.event?w.event(t):t)}}}function bt(e,t,n,r,s,i,l,c,u,d){var f,p,a,m,g,I,P,
M,b,R,ge,Z,ve,Xt,De,pt,q=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(u=!!(32&n.__u),i=[c=t.__e=n.__e]),(f=w.__b)&&f(t);e:if(typeof q=="function"){p=
l.length;try{if(b=t.props,R=q.prototype&&q.prototype.render,ge=(f=q.contextType)&&r[f.__c],Z=f?ge?ge.props.value:f.__:r,n.__c?M=(a=t.__c=n.__c).__=a.__E:(R?t.__c=
a=new q(b,Z):(t.__c=a=new le(b,Z),a.constructor=q,a.render=zo),ge&&ge.sub(a),a.state||(a.state={}),a.__n=r,m=a.__d=!0,a.__h=[],a._sb=[]),R&&a.__s==null&&(a.__s=
a.state),R&&q.getDerivedStateFromProps!=null&&(a.__s==a.state&&(a.__s=z({},a.__s)),z(a.__s,q.getDerivedStateFromProps(b,a.__s))),g=a.props,I=a.state,a.__v=t,m)R&&
q.getDerivedStateFromProps==null&&a.componentWillMount!=null&&a.componentWillMount(),R&&a.componentDidMount!=null&&a.__h.push(a.componentDidMount);else{if(R&&q.
getDerivedStateFromProps==null&&b!==g&&a.componentWillReceiveProps!=null&&a.componentWillReceiveProps(b,Z),t.__v==n.__v||!a.__e&&a.shouldComponentUpdate!=null&&
a.shouldComponentUpdate(b,a.__s,Z)===!1){t.__v!=n.__v&&(a.props=b,a.state=a.__s,a.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(ae){ae&&(ae.__=t)}),Oe.push.
apply(a.__h,a._sb),a._sb=[],a.__h.length&&l.push(a),c=ee(n);break e}a.componentWillUpdate!=null&&a.componentWillUpdate(b,a.__s,Z),R&&a.componentDidUpdate!=null&&
a.__h.push(function(){a.componentDidUpdate(g,I,P)})}if(a.context=Z,a.props=b,a.__P=e,a.__e=!1,ve=w.__r,Xt=0,R)a.state=a.__s,a.__d=!1,ve&&ve(t),f=a.render(a.props,
a.state,a.context),Oe.push.apply(a.__h,a._sb),a._sb=[];else do a.__d=!1,ve&&ve(t),f=a.render(a.props,a.state,a.context),a.state=a.__s;while(a.__d&&++Xt<25);a.state=
a.__s,a.getChildContext!=null&&(r=z(z({},r),a.getChildContext())),R&&!m&&a.getSnapshotBeforeUpdate!=null&&(P=a.getSnapshotBeforeUpdate(g,I)),De=f!=null&&f.type===
y&&f.key==null?pn(f.props.children):f,c=cn(e,je(De)?De:[De],t,n,r,s,i,l,c,u,d),a.base=t.__e,t.__u&=-161,a.__h.length&&l.push(a),M&&(a.__E=a.__=null)}catch(ae){if(l.
length=p,t.__v=null,u||i!=null){if(ae.then){for(t.__u|=u?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;i!=null&&(i[i.indexOf(c)]=null),t.__e=c}else if(i!=
null)for(pt=i.length;pt--;)yt(i[pt])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),ae.then||un(t),w.__e(ae,t,n)}}else i==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=
n.__e):c=t.__e=jo(n.__e,t,n,r,s,i,l,u,d);return(f=w.diffed)&&f(t),128&t.__u?void 0:c}function un(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(un))}function fn(e,t,n){
for(var r=0;r<n.length;r++)wt(n[r],n[++r],n[++r]);w.__c&&w.__c(t,e),e.some(function(s){try{e=s.__h,s.__h=[],e.some(function(i){i.call(s)})}catch(i){w.__e(i,s.__v)}})}
function pn(e){return typeof e!="object"||e==null||e.__b>0?e:je(e)?e.map(pn):e.constructor!==void 0?null:z({},e)}function jo(e,t,n,r,s,i,l,c,u){var d,f,p,a,m,g,
I,P=n.props||qe,M=t.props,b=t.type;if(b=="svg"?s="http://www.w3.org/2000/svg":b=="math"?s="http://www.w3.org/1998/Math/MathML":s||(s="http://www.w3.org/1999/xht\
ml"),i!=null){for(d=0;d<i.length;d++)if((m=i[d])&&"setAttribute"in m==!!b&&(b?m.localName==b:m.nodeType==3)){e=m,i[d]=null;break}}if(e==null){if(b==null)return document.
createTextNode(M);e=document.createElementNS(s,b,M.is&&M),c&&(w.__m&&w.__m(t,i),c=!1),i=null}if(b==null)P===M||c&&e.data==M||(e.data=M);else{if(i=b=="textarea"&&
M.defaultValue!=null?null:i&&Ue.call(e.childNodes),!c&&i!=null)for(P={},d=0;d<e.attributes.length;d++)P[(m=e.attributes[d]).name]=m.value;for(d in P)m=P[d],d=="\
dangerouslySetInnerHTML"?p=m:d=="children"||d in M||d=="value"&&"defaultValue"in M||d=="checked"&&"defaultChecked"in M||Ae(e,d,null,m,s);for(d in M)m=M[d],d=="c\
hildren"?a=m:d=="dangerouslySetInnerHTML"?f=m:d=="value"?g=m:d=="checked"?I=m:c&&typeof m!="function"||P[d]===m||Ae(e,d,m,P[d],s);if(f)c||p&&(f.__html==p.__html||
f.__html==e.innerHTML)||(e.innerHTML=f.__html),t.__k=[];else if(p&&(e.innerHTML=""),cn(t.type=="template"?e.content:e,je(a)?a:[a],t,n,r,b=="foreignObject"?"http\
://www.w3.org/1999/xhtml":s,i,l,i?i[0]:n.__k&&ee(n,0),c,u),i!=null)for(d=i.length;d--;)yt(i[d]);c&&b!="textarea"||(d="value",b=="progress"&&g==null?e.removeAttribute(
"value"):g!=null&&(g!==e[d]||b=="progress"&&!g||b=="option"&&g!=P[d])&&Ae(e,d,g,P[d],s),d="checked",I!=null&&I!=e[d]&&Ae(e,d,I,P[d],s))}return e}function wt(e,t,n){
try{if(typeof e=="function"){var r=typeof e.__u=="function";r&&e.__u(),r&&t==null||(e.__u=e(t))}else e.current=t}catch(s){w.__e(s,n)}}function mn(e,t,n){var r,s;
if(w.unmount&&w.unmount(e),(r=e.ref)&&(r.current&&r.current!=e.__e||wt(r,null,t)),(r=e.__c)!=null){if(r.componentWillUnmount)try{r.componentWillUnmount()}catch(i){
w.__e(i,t)}r.base=r.__P=r.__n=null}if(r=e.__k)for(s=0;s<r.length;s++)r[s]&&mn(r[s],t,n||typeof e.type!="function");n||yt(e.__e),e.__c=e.__=e.__e=void 0}function zo(e,t,n){
return this.constructor(e,n)}function _n(e,t,n){var r,s,i,l;t==document&&(t=document.documentElement),w.__&&w.__(e,t),s=(r=typeof n=="function")?null:n&&n.__k||
t.__k,i=[],l=[],bt(t,e=(!r&&n||t).__k=o(y,null,[e]),s||qe,qe,t.namespaceURI,!r&&n?[n]:s?null:t.firstChild?Ue.call(t.childNodes):null,i,!r&&n?n:s?s.__e:t.firstChild,
r,l),fn(i,e,l),e.props.children=null}Ue=Oe.slice,w={__e:function(e,t,n,r){for(var s,i,l;t=t.__;)if((s=t.__c)&&!s.__)try{if((i=s.constructor)&&i.getDerivedStateFromError!=null&&(s.setState(i.getDerivedStateFromError(
e)),l=s.__d),s.componentDidCatch!=null&&(s.componentDidCatch(e,r||{}),l=s.__d),l)return s.__E=s}catch(c){e=c}throw e}},on=0,Ho=function(e){return e!=null&&e.constructor===
void 0},le.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=z({},this.state),typeof e=="function"&&(e=e(z({},n),this.
props)),e&&z(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),en(this))},le.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),en(this))},
le.prototype.render=y,J=[],rn=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,sn=function(e,t){return e.__v.__b-t.__v.__b},
We.__r=0,mt=Math.random().toString(8),He="__d"+mt,ye="__a"+mt,an=/(PointerCapture)$|Capture$/i,vt=0,_t=nn(!1),gt=nn(!0),Ro=0;var ce,k,ht,gn,Be=0,Sn=[],C=w,vn=C.__b,yn=C.__r,bn=C.diffed,wn=C.__c,hn=C.unmount,kn=C.__;function Ke(e,t){C.__h&&C.__h(k,e,Be||t),Be=0;var n=k.__H||(k.__H={__:[],
__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function _(e){return Be=1,Bo(Cn,e)}function Bo(e,t,n){var r=Ke(ce++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Cn(void 0,
t),function(c){var u=r.__N?r.__N[0]:r.__[0],d=r.t(u,c);u!==d&&(r.__N=[d,r.__[1]],r.__c.setState({}))}],r.__c=k,!k.__f)){var s=function(c,u,d){if(!r.__c.__H)return!0;
var f=!1,p=r.__c.props!==c;if(r.__c.__H.__.some(function(m){if(m.__N){f=!0;var g=m.__[0];m.__=m.__N,m.__N=void 0,g!==m.__[0]&&(p=!0)}}),i){var a=i.call(this,c,u,
d);return f?a||p:a}return!f||p};k.__f=!0;var i=k.shouldComponentUpdate,l=k.componentWillUpdate;k.componentWillUpdate=function(c,u,d){if(this.__e){var f=i;i=void 0,
s(c,u,d),i=f}l&&l.call(this,c,u,d)},k.shouldComponentUpdate=s}return r.__N||r.__}function x(e,t){var n=Ke(ce++,3);!C.__s&&Pn(n.__H,t)&&(n.__=e,n.u=t,k.__H.__h.push(
n))}function D(e){return Be=5,Ko(function(){return{current:e}},[])}function Ko(e,t){var n=Ke(ce++,7);return Pn(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function O(){var e=Ke(ce++,11);if(!e.__){for(var t=k.__v;t!==null&&!t.__m&&t.__!==null;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Go(){
for(var e;e=Sn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(ze),t.__h.some(kt),t.__h=[]}catch(n){t.__h=[],C.__e(n,e.__v)}}}C.__b=function(e){k=null,vn&&vn(e)},
C.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),kn&&kn(e,t)},C.__r=function(e){yn&&yn(e),ce=0;var t=(k=e.__c).__H;t&&(ht===k?(t.__h=[],k.__h=[],t.__.some(
function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(ze),t.__h.some(kt),t.__h=[],ce=0)),ht=k},C.diffed=function(e){bn&&bn(e);var t=e.__c;t&&t.__H&&(t.
__H.__h.length&&(Sn.push(t)!==1&&gn===C.requestAnimationFrame||((gn=C.requestAnimationFrame)||Qo)(Go)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),
ht=k=null},C.__c=function(e,t){t.some(function(n){try{n.__h.some(ze),n.__h=n.__h.filter(function(r){return!r.__||kt(r)})}catch(r){t.some(function(s){s.__h&&(s.__h=
[])}),t=[],C.__e(r,n.__v)}}),wn&&wn(e,t)},C.unmount=function(e){hn&&hn(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(r){try{ze(r)}catch(s){t=s}}),n.__H=void 0,
t&&C.__e(t,n.__v))};var xn=typeof requestAnimationFrame=="function";function Qo(e){var t,n=function(){clearTimeout(r),xn&&cancelAnimationFrame(t),setTimeout(e)},
r=setTimeout(n,35);xn&&(t=requestAnimationFrame(n))}function ze(e){var t=k,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),k=t}function kt(e){var t=k;e.__c=e.__(),
k=t}function Pn(e,t){return!e||e.length!==t.length||t.some(function(n,r){return n!==e[r]})}function Cn(e,t){return typeof t=="function"?t(e):t}var Ge="bearer",B=class extends Error{},A=class extends Error{code;field;constructor(t,n="",r=""){super(t),this.code=n,this.field=r}},te=class extends Error{},be=()=>sessionStorage.
getItem(Ge)!==null;async function Tn(e){let t=await $n("/v1/ui/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({code:e})});
if(t.ok)sessionStorage.setItem(Ge,(await t.json()).bearer);else if(!be())throw new B}async function $n(e,t){try{return await fetch(e,t)}catch{throw new te("The \
keeper does not answer. Try again in a moment.")}}async function Mn(e,t,n){let r={Authorization:`Bearer ${sessionStorage.getItem(Ge)??""}`},s={method:e,headers:r};
n!==void 0&&(r["Content-Type"]="application/json",s.body=JSON.stringify(n));let i=await $n(t,s);if(i.ok)return i;let l=i.headers.get("Content-Type")?.startsWith(
"application/problem+json")??!1;if(!l&&t==="/v1/health")return i;let c=l?await i.json():{};throw i.status===401&&c.code!=="sign_in_needed"?(sessionStorage.removeItem(
Ge),new B):new A(c.detail||c.title||`The keeper answered ${i.status}.`,c.code,c.field)}async function h(e,t,n){let r=await Mn(e,t,n);return r.status===204?null:
await r.json()}var N=(e,t="")=>`/v1/sessions/${encodeURIComponent(e)}${t}`;async function En(e){let t=await Mn("GET","/v1/events");if(!t.body)return;let n=t.body.
pipeThrough(new TextDecoderStream).getReader(),r="";try{for(;;){let{value:s,done:i}=await n.read();if(i)return;let l=(r+s).split(`
`);r=l.pop()??"";for(let c of l)c.trim()&&e(JSON.parse(c))}}catch{throw new te}}var Nn=0;function Vn(e){let t=Date.parse(e)-Date.now();Nn=Math.abs(t)<2e3?0:t}var we=()=>Date.now()+Nn,Je=new Set,Qe;function xt(){let e=Je.size>0&&!document.hidden;
e&&Qe===void 0&&(Qe=setInterval(In,1e3)),e||(clearInterval(Qe),Qe=void 0)}function In(){for(let e of Je)e()}document.addEventListener("visibilitychange",()=>{document.
hidden||In(),xt()});function Ye(e){let[,t]=_(0),n=e(we()),r=D({compute:e,value:n});return r.current={compute:e,value:n},x(()=>{let s=()=>{r.current.compute(we())!==
r.current.value&&t(i=>i+1)};return Je.add(s),xt(),()=>{Je.delete(s),xt()}},[]),n}function Xe(e){let t=new Date(e);return t.toDateString()===new Date(we()).toDateString()?
t.toLocaleTimeString():t.toLocaleString(void 0,{dateStyle:"medium",timeStyle:"short"})}import{tone as Jo}from"./words.js";var K={link:"opening",view:"sessions",sessions:new Map,order:[],signIns:new Map,notes:new Map,question:null,health:null,providers:null,
said:""},Pt=new Set,V=()=>K;function T(e){K={...K,...e};for(let t of Pt)t()}function Ln(){let[,e]=_(0);return x(()=>{let t=()=>e(n=>n+1);return Pt.add(t),t(),()=>{
Pt.delete(t)}},[]),K}var S=e=>T({said:e});function Ze(e,t,n){let r=new Map(e);return n===null?r.delete(t):r.set(t,n),r}function W(e,t,n=""){T({notes:Ze(K.notes,
e,t?{text:t,failure:n}:null),said:t||K.said})}var St=["sign_in_needed","setup_needed","keychain_locked","expiring","retrying","active","paused","signed_out"],Yo=new Intl.
Collator(void 0,{numeric:!0});function Fn(e){let t=n=>(St.indexOf(n.state)+St.length)%St.length;return[...e.values()].map(n=>({name:n.name,rank:t(n)})).sort((n,r)=>n.
rank-r.rank||Yo.compare(n.name,r.name)).map(({name:n})=>n)}function et(e){let t=0;for(let n of e.values())Jo(n.state)==="bad"&&t++;return t}var Ct=!1;function Tt(e){
Ct!==e&&(Ct=e,e||T({order:Fn(K.sessions)}))}function $t(e,t={}){let n=Fn(e);Ct&&(n=[...K.order.filter(s=>e.has(s)),...n.filter(s=>!K.sessions.has(s))]),T({...t,
sessions:e,order:n})}import{fill as Dn,isolated as An,sentences as Hn}from"./words.js";var Rn=15e3,ke=e=>/^https?:\/\//i.test(e??"")?e:"",Mt=new Map;async function de(e,t={}){W(e,"");
let n=await h("POST",N(e,"/login"),{no_browser:!0,...t});Et(e,n)}function Et(e,t,n){if(t.status!=="pending")return he(e,t);n&&Mt.set(e,n),T({signIns:Ze(V().signIns,
e,{...t,fresh:n!==void 0})});let r=ke(t.login_url);r&&!t.user_code&&window.open(r,"_blank","noopener,noreferrer"),S(Dn(Hn.waiting,{name:An(e)})),setTimeout(()=>{
qn(e,t.id)},Rn)}async function qn(e,t){V().signIns.get(e)?.id===t&&(await tt(e),setTimeout(()=>{qn(e,t)},Rn))}async function tt(e,t){let n=V().signIns.get(e);if(n)
try{let r=await h("POST",N(e,"/login"),{id:n.id,wait:t});V().signIns.get(e)?.id===n.id&&r.status!=="pending"&&he(e,r)}catch(r){r instanceof B?xe():r instanceof A&&
V().signIns.get(e)?.id===n.id&&he(e,{id:n.id,status:"failed",failure:"over",detail:r.message})}}var On=async()=>{for(let e of V().signIns.keys())await tt(e)};function he(e,t){
let n=Mt.get(e);Mt.delete(e),T({signIns:Ze(V().signIns,e,null)}),t.status==="done"?(W(e,""),S(Dn(Hn.added,{name:An(e)}))):!n&&t.failure!=="cancelled"&&W(e,t.detail??
"",t.failure??""),n?.(t)}async function Wn(e,t,n){let r=await h("POST",N(e,"/login"),{id:t.id,paste:n.trim()});V().signIns.get(e)?.id===t.id&&he(e,r)}async function Un(e,t){
he(e,{id:t.id,status:"failed",failure:"cancelled"}),await h("POST",N(e,"/login"),{id:t.id,cancel:!0})}import{isolated as Xo,stateWord as Zo}from"./words.js";var jn=500,er=1e4,tr=1e3;async function $e(){T({health:await h("GET","/v1/health")})}async function nr(){
try{T({providers:await h("GET","/v1/providers")})}catch(e){H(e),T({providers:[]})}}var ne=new Map,Pe=[],Vt=!1,Te=new Set;function Bn(e){return Te.add(e),()=>{Te.
delete(e)}}function Ce(){Vt||(Vt=!0,document.hidden?setTimeout(zn,250):requestAnimationFrame(zn))}function zn(){Vt=!1;let[e,t]=[ne,Pe];if(ne=new Map,Pe=[],e.size>
0){let n=V().sessions,r=new Map(n),s=[];for(let[i,l]of e)if(!l)r.delete(i);else{let c=n.get(i);c&&c.state!==l.state&&s.push(l),r.set(i,l)}$t(r,s.length>0?{said:or(
s)}:{})}if(t.length>0)for(let n of Te)n(t)}function or(e){return e.length>3?`${e.length} sessions have changed.`:e.map(t=>`${Xo(t.name)}: ${Zo(t.state)}`).join(
". ")}var Se=new Map;async function rr(e){if(Se.has(e)){Se.set(e,!0);return}try{do Se.set(e,!1),ne.set(e,await h("GET",N(e))),Ce();while(Se.get(e))}catch(t){if(!(t instanceof
A&&t.code==="not_found"))return;ne.set(e,null),Ce()}finally{Se.delete(e)}}var sr=new Set(["type","session","at","now","sessions"]);function ir(e){let t={};for(let[
n,r]of Object.entries(e))!sr.has(n)&&(typeof r=="string"||typeof r=="number")&&(t[n]=String(r));return{at:e.at,session:e.session??"",type:e.type,detail:t}}function ar(e){
Vn(e.at),ne=new Map;let t=new Map((e.sessions??[]).map(n=>[n.name,n]));if(V().link!=="opening")for(let n of Te)n(null);$t(t,{link:"live"}),On(),V().providers||nr()}
function lr(e){if(e.type==="snapshot")return ar(e);Te.size>0&&(Pe.push(ir(e)),Pe.length>tr&&Pe.shift(),Ce()),e.type==="keychain.state"&&$e().catch(()=>{});let t=e.
session;t&&(e.now?(ne.set(t,e.now),Ce()):e.type==="session.removed"?(ne.set(t,null),Ce()):rr(t),tt(t,e.type==="consent.done"?"5s":void 0))}var Kn=()=>{},Gn=()=>Kn(),
cr=e=>new Promise(t=>{let n=setTimeout(t,e);Kn=()=>{clearTimeout(n),t()}});async function dr(){let e=jn;for(;be();){let t=!1;try{let n=$e();n.catch(()=>{}),await En(
r=>{t=!0,lr(r)}),await n}catch(n){if(n instanceof B)break;if(!(n instanceof te||n instanceof A))throw n}if(!be())break;t?e=jn:T({link:"lost"}),await cr(e),e=Math.
min(e*2,er)}xe()}function xe(){T({link:"closed",sessions:new Map,order:[],signIns:new Map,notes:new Map,question:null,health:null,said:""})}function H(e){return e instanceof
B?(xe(),""):e instanceof Error?e.message:String(e)}var Nt=!1,ur=new Set(["sessions","add","history","health"]);async function It(){let e=new URLSearchParams(location.
hash.slice(1)),[t,n]=[e.get("k"),e.get("go")??"sessions"],r=ur.has(n)?n:"sessions";t&&history.replaceState(null,"",r==="sessions"?location.pathname:`#go=${r}`),
T({view:r});try{t&&await Tn(t)}catch(s){s instanceof te&&(T({link:"lost"}),S(s.message))}if(!be())return xe();Nt||(Nt=!0,await dr().finally(()=>Nt=!1))}import{fields as fr,sentences as pr}from"./words.js";var Jn={way:"provider",search:"",provider:null,vars:{},issuer:"",discovery:null,authorize_url:"",token_url:"",
device_url:"",name:"",named:!1,client_id:"",client_secret:"",scopes:"",scoped:!1,account:"",device:!1,faults:{},tried:0,adding:""},E=Jn,Lt=new Set;function L(e){
E={...E,...e};for(let t of Lt)t()}var mr=()=>L(Jn);function Yn(){let[,e]=_(0);return x(()=>{let t=()=>e(n=>n+1);return Lt.add(t),()=>{Lt.delete(t)}},[]),E}function nt(e,t){
let{[e]:n,...r}=E.faults;L({...t,faults:r})}function _r(e){let t=V().sessions,n=e;for(let r=2;t.has(n);r++)n=`${e}-${r}`;return n}var Xn=e=>E.named?{}:{name:_r(
e)},Zn=e=>E.scoped?{}:{scopes:(e??[]).join(" ")};function eo(e){let t={};for(let n of e.vars??[])t[n.name]=n.default??"";L({provider:e,vars:t,faults:{},...Xn(e.
id),...Zn(e.scopes)})}function ot(e){try{return/^https?:$/.test(new URL(e).protocol)}catch{return!1}}var Qn=Promise.resolve();function to(){return Qn=Qn.then(gr)}
async function gr(){let e=E.issuer.trim();if(!(!ot(e)||E.discovery))try{let t=await h("POST","/v1/discover",{issuer:e});if(E.issuer.trim()!==e)return;let n=new URL(
t.issuer||e).hostname;nt("issuer",{discovery:t,...Xn(t.provider||n),...Zn(t.scopes)}),S("This is a provider that Sessionkeeper can use.")}catch(t){if(E.issuer.trim()!==
e)return;let n=H(t);L({discovery:null,faults:{...E.faults,issuer:n}}),S(n)}}function vr(e){let t={},n=(s,i,l)=>{i.trim()||(t[s]=l)},r=(s,i)=>{(e[s].trim()?!ot(e[s].
trim()):i)&&(t[s]="Enter an address that begins with https://.")};if(e.way==="provider")for(let s of e.provider?.vars??[])n(`vars.${s.name}`,e.vars[s.name]??"",
"Fill this in.");return e.way==="issuer"&&r("issuer",!0),e.way==="manual"&&(r("authorize_url",!e.device),r("token_url",!0),r("device_url",e.device)),n("name",e.
name,"Give the session a name."),n("client_id",e.client_id,`Enter the ${fr.client_id?.label??"client ID"}. You get it where you register the app.`),e.way==="pro\
vider"&&e.provider?.secret==="required"&&n("client_secret",e.client_secret,"This provider gives every app a secret. Enter it."),!t.name&&V().sessions.has(e.name.
trim())&&(t.name="There is a session of this name. Choose another name."),t}function yr(e){let t={client_id:e.client_id.trim(),sign_in:e.device?{device:!0}:{no_browser:!0}};
if(e.way==="provider"&&e.provider)t.provider=e.provider.id,e.provider.vars?.length&&(t.vars=Object.fromEntries(e.provider.vars.map(r=>[r.name,(e.vars[r.name]??"").
trim()])));else if(e.way==="issuer")t.issuer=e.issuer.trim();else for(let r of["authorize_url","token_url","device_url"])e[r].trim()&&(t[r]=e[r].trim());e.client_secret&&
(t.client_secret=e.client_secret.trim());let n=e.scopes.split(/[\s,]+/).filter(Boolean);return n.length>0&&(t.scopes=n),e.account.trim()&&(t.account=e.account.trim()),
t}async function no(){let e=E.name.trim(),t=vr(E);if(Object.keys(t).length>0)return L({faults:t,tried:E.tried+1});L({faults:{}});try{let n=await h("PUT",N(e),yr(
E));if(!n.login)return ro();L({adding:e}),Et(e,n.login,br)}catch(n){let r=H(n);r&&oo(r,n instanceof A?n.field:"")}}var oo=(e,t)=>L({faults:{[t]:e},tried:E.tried+
1,adding:""});function br(e){if(e.status==="done")return ro();if(e.failure==="cancelled")return L({adding:""});oo(e.detail||"The sign-in did not work. Try again\
.",e.field??wr(e))}function wr(e){return e.failure!=="setup"||/redirect/i.test(e.detail??"")?"":/scope/i.test(e.detail??"")?"scopes":"client_id"}function ro(){let e=E.
adding||E.name.trim();mr(),S(pr.added.replace("{name}",e)),location.hash=""}import{labels as Me,plain as hr,sentences as kr}from"./words.js";function ue(e){return class extends le{shouldComponentUpdate(t){let n=this.props;return Object.
entries(t).some(([r,s])=>n[r]!==s)}render(){return o(e,this.props)}}}function rt(e,t=S){let[n,r]=_(!1),s=async()=>{if(!n){t(""),r(!0);try{await e()}catch(i){t(H(
i))}finally{r(!1)}}};return[n,()=>{s()}]}function $({run:e,label:t,kind:n,failed:r,children:s}){let[i,l]=rt(e,r);return o("button",{type:"button",class:n,"aria-\
label":t,"aria-disabled":i||void 0,onClick:l},s)}function fe({run:e,failed:t,label:n,class:r,cancel:s,children:i}){let[l,c]=rt(e,t);return o("form",{class:r,noValidate:!0,
onSubmit:d=>{d.preventDefault(),c()}},i,o("div",{class:"buttons"},o("button",{type:"submit",class:"main","aria-disabled":l||void 0},n),s&&o("button",{type:"butt\
on",onClick:s},Me.cancel)))}var so=400;function v({text:e}){let[t,n]=_(!1),r=hr(e);return t||r.length<=so+50?o("bdi",{class:"long"},r):o("span",null,o("bdi",{class:"\
long"},[...r].slice(0,so).join(""),"…")," ",o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all of it"))}function Y({text:e,what:t}){let[n,r]=_(
!1),s=D(null),i=async()=>{try{await navigator.clipboard.writeText(e),r(!0),S(kr.copied)}catch{s.current&&getSelection()?.selectAllChildren(s.current)}};return o(
"span",{class:"copy"},o("code",{ref:s,dir:"auto"},e),o("button",{type:"button","aria-label":`${n?Me.copied:Me.copy} ${t}`,onClick:()=>{i()}},n?Me.copied:Me.copy))}
function U(e){let t=O(),n=[e.hint&&`${t}-hint`,e.fault&&`${t}-fault`].filter(Boolean).join(" ");return o("div",{class:"field"},o("label",{for:t},e.label,e.required?
"":o("span",{class:"soft"}," (optional)")),e.hint&&o("p",{class:"hint",id:`${t}-hint`},e.hint),o("input",{id:t,name:e.name,type:e.type??"text",value:e.value,required:e.
required,dir:"auto",spellcheck:!1,autocomplete:e.type==="password"?"new-password":"off",autocapitalize:"off","aria-invalid":e.fault?!0:void 0,"aria-describedby":n||
void 0,onInput:r=>e.set(r.currentTarget.value)}),e.fault&&o("p",{class:"fault",id:`${t}-fault`},o(v,{text:e.fault})),e.children)}import{fill as xr,isolated as Sr,labels as st,plain as io,sentences as ao}from"./words.js";function it({name:e,running:t}){let[n,r]=_(""),s=ke(t.login_url),i=ao.
device.split("{link}"),l=c=>{r(c),c&&S(c)};return o("div",{class:"panel","data-part":"sign-in",role:"group","aria-label":`${st.sign_in}: ${io(e)}`,tabIndex:-1,"\
data-home":!0},t.user_code?o(y,null,o("p",null,i[0],s&&o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},io(s)),i[1]),o("p",{class:"code"},o(Y,{text:t.user_code,
what:"the code"}))):o(y,null,o("p",null,xr(ao.waiting,{name:Sr(e)})),s&&o("p",null,o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},"Open the sign-in pa\
ge"))),!t.user_code&&o(Pr,{name:e,running:t,tell:l,fault:n}),t.user_code&&n&&o("p",{class:"fault"},o(v,{text:n})),o("div",{class:"buttons"},o($,{run:()=>Un(e,t),
label:`Cancel the sign-in to ${e}`},st.cancel),!t.user_code&&!t.fresh&&o($,{kind:"quiet",run:()=>de(e,{device:!0}),failed:l,label:`${st.another_device}: ${e}`},
st.another_device)))}function Pr({name:e,running:t,fault:n,tell:r}){let[s,i]=_("");return o("details",{class:"paste"},o("summary",null,"The page at the end does\
 not load?"),o(fe,{run:()=>Wn(e,t,s),failed:r,label:"Finish"},o(U,{name:"address",label:"Copy its whole address from the browser and paste it here",required:!0,
value:s,set:i,fault:n})))}import{fields as lo,isolated as Cr,labels as at,plain as pe}from"./words.js";var Tr=[["provider","From the list","Google, GitHub, Microsoft and others"],["issue\
r","By its address","Your company's or your own sign-in server"],["manual","By hand","You know its two addresses"]];function co({state:e}){let t=Yn(),n=t.adding?
e.signIns.get(t.adding):void 0,r=D(null);return o("section",{class:"add","aria-labelledby":"add-title"},o("h2",{id:"add-title",tabIndex:-1,"data-home":!0,ref:r},
at.add.replace("…","")),n?o("div",{class:"card"},o(it,{name:t.adding,running:n,key:n.id})):o(y,null,o("fieldset",{class:"ways"},o("legend",null,"How do you wa\
nt to name the provider?"),Tr.map(([s,i,l])=>o("label",{key:s},o("input",{type:"radio",name:"way",value:s,checked:t.way===s,onChange:()=>L({way:s,faults:{}})}),
o("span",null,o("strong",null,i),o("span",{class:"soft"},l))))),t.way==="provider"&&!t.provider?o($r,{providers:e.providers,search:t.search}):o(Nr,{d:t})))}function $r({
providers:e,search:t}){if(!e)return o("p",{class:"soft"},"Reading the list …");let n=t.trim().toLowerCase(),r=e.filter(s=>s.name.toLowerCase().includes(n)||s.
id.includes(n)).sort((s,i)=>s.name.localeCompare(i.name));return o("div",{class:"card"},o(U,{name:"search",type:"search",label:"Find a provider",required:!0,value:t,
set:s=>L({search:s})}),o("p",{class:"away",role:"status"},t?`${r.length} found`:""),r.length>0?o("ul",{class:"providers"},r.map(s=>o("li",{key:s.id},o("button",
{type:"button",onClick:()=>eo(s)},pe(s.name))))):o("p",null,"It is not in the list."," ",o("button",{type:"button",class:"quiet",onClick:()=>L({way:"issuer"})},
"Add it by its address")))}function Mr({provider:e,redirect:t}){let n=ke(e?.console_url);return!t&&!n&&!e?.note?null:o("div",{class:"register"},o("h3",null,"Fir\
st, at ",e?o("bdi",null,pe(e.name)):"the provider"),o("ol",null,o("li",null,"Register an app there",n?": ":".",n&&o("a",{href:n,target:"_blank",rel:"noopener no\
referrer"},new URL(n).host)),t&&o("li",null,"Give it this return address (redirect URI): ",o(Y,{text:t,what:"the return address"})),e?.note&&o("li",null,o(v,{text:e.
note}))))}var Ee=e=>lo[e]??{label:e,hint:""};function G({d:e,field:t,required:n,kind:r,more:s}){return o(U,{name:t,label:Ee(t).label,hint:Ee(t).hint.replace(/; optional$/,
""),required:n??!1,type:r??"text",value:e[t],fault:e.faults[t],set:i=>nt(t,{...s,[t]:i})})}function Er({d:e,provider:t}){return o(y,null,(t.vars??[]).map(n=>{let r=`\
vars.${n.name}`;return o(U,{key:n.name,name:r,label:pe(n.name),hint:n.hint&&pe(n.hint),required:!0,value:e.vars[n.name]??"",fault:e.faults[r],set:s=>nt(r,{vars:{
...e.vars,[n.name]:s}})})}))}function Nr({d:e}){let t=e.way==="provider"?e.provider:null,n=t?.redirect_uri??(e.way==="issuer"?e.discovery?.redirect_uri:void 0)??
(e.way==="manual"?"http://127.0.0.1/callback":""),r=t?.secret??"",s=e.way==="manual"||!!(t?t.device_url:e.discovery?.device_url);return o(fe,{class:"card",run:no,
label:at.sign_in,cancel:()=>{location.hash=""}},o(Vr,{d:e}),t&&o("div",{class:"chosen"},o("strong",null,o("bdi",null,pe(t.name))),o("button",{type:"button",class:"\
quiet",onClick:()=>L({provider:null,faults:{}})},"Choose another")),e.way==="issuer"&&o(Lr,{d:e}),e.way==="manual"&&o(y,null,o(G,{d:e,field:"authorize_url",kind:"\
url",required:!e.device}),o(G,{d:e,field:"token_url",kind:"url",required:!0}),o(G,{d:e,field:"device_url",kind:"url",required:e.device})),o(Mr,{provider:t,redirect:n}),
t&&o(Er,{d:e,provider:t}),o(G,{d:e,field:"name",required:!0,more:{named:!0}}),o(G,{d:e,field:"client_id",required:!0}),r!=="none"&&o(G,{d:e,field:"client_secret",
kind:"password",required:r==="required"}),o(G,{d:e,field:"scopes",more:{scoped:!0}}),o(G,{d:e,field:"account"}),s&&o("label",{class:"check"},o("input",{type:"ch\
eckbox",checked:e.device,onChange:i=>L({device:i.currentTarget.checked})}),at.another_device))}function Vr({d:e}){let t=D(null),n=Object.entries(e.faults);if(x(
()=>{e.tried>0&&t.current?.focus()},[e.tried]),n.length===0||e.tried===0)return null;let r=s=>i=>{i.preventDefault(),t.current?.closest("form")?.elements.namedItem(
s)?.focus()};return o("div",{class:"faults",ref:t,tabIndex:-1,role:"group","aria-labelledby":"faults-title"},o("h3",{id:"faults-title"},n.length===1?"Something \
is not right yet":`${n.length} things are not right yet`),o("ul",null,n.map(([s,i])=>{let l=s.startsWith("vars.")?pe(s.slice(5)):lo[s]?.label;return o("li",{key:s},
l&&o(y,null,o("a",{href:`#${s}`,onClick:r(s)},l),":"," "),o(v,{text:i}))})))}var Ir=700;function Lr({d:e}){let[t,n]=_(!1);x(()=>{if(!ot(e.issuer.trim())||e.discovery)
return;let s=setTimeout(()=>{n(!0),to().finally(()=>n(!1))},Ir);return()=>clearTimeout(s)},[e.issuer]);let r=e.discovery;return o(y,null,o(G,{d:e,field:"issuer",
kind:"url",required:!0,more:{discovery:null}}),t&&o("p",{class:"soft"},"Asking …"),r&&o("div",{class:"found"},o("p",{class:"good"},o("strong",null,"Sessionkee\
per can use this provider.")),o("p",null,r.offline?"It can keep you signed in.":"It does not say that it can keep you signed in: the session may end after a sho\
rt while."),o("details",null,o("summary",null,at.details),o("dl",{class:"facts"},[["Issuer",r.issuer],[Ee("authorize_url").label,r.authorize_url],[Ee("token_url").
label,r.token_url],[Ee("device_url").label,r.device_url]].map(([s,i])=>i&&o("div",{key:s},o("dt",null,s),o("dd",null,o("code",null,Cr(i)))))))))}var oe=null,Ft=[];function fo(e){oe=e,Ft=[];for(let t=oe.parentElement;t;t=t.parentElement)Ft.push(t)}var uo=e=>e.isConnected&&e.getClientRects().length>0;function Fr(){
let e=document.activeElement;if(e&&e!==document.body){e!==oe&&fo(e);return}if(oe){if(uo(oe))return oe.focus({preventScroll:!0});for(let t of Ft){if(!uo(t))continue;
let n=t.querySelector("[data-home]");if(n)return n.focus({preventScroll:!0})}}}function po(e){e.addEventListener("focusin",t=>fo(t.target)),e.ownerDocument.addEventListener(
"pointerdown",()=>oe=null),new MutationObserver(Fr).observe(e,{childList:!0,subtree:!0})}import{tone as Dr}from"./words.js";var Dt=o("circle",{cx:"12",cy:"12",r:"10",class:"full"}),mo={active:o("g",null,Dt,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.\
5"})),retrying:o("path",{class:"line",d:"M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6"}),expiring:o("path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9\
.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),sign_in_needed:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("path",{class:"cut",d:"M12 8.5v6M12 18v.1"})),setup_needed:o(
"g",null,o("path",{class:"full",d:"M12 .8 23.2 12 12 23.2.8 12z"}),o("path",{class:"cut",d:"M12 6.5v6.5M12 17v.1"})),keychain_locked:o("g",null,o("path",{class:"\
full",d:"M4.5 10.5h15v11h-15z"}),o("path",{class:"line",d:"M8 10V7a4 4 0 0 1 8 0v3"})),paused:o("g",null,Dt,o("path",{class:"cut",d:"M9.3 8.2v7.6M14.7 8.2v7.6"})),
signed_out:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"}),ok:o("g",null,Dt,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.5"})),wait:o(
"path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),bad:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("pat\
h",{class:"cut",d:"M12 8.5v6M12 18v.1"})),off:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"})},Ar={ok:"good",wait:"wait",bad:"b\
ad",off:"off"};function Q({of:e}){return o("svg",{class:"mark","data-tone":Ar[e]??Dr(e),viewBox:"0 0 24 24",width:"24",height:"24","aria-hidden":"true"},mo[e]??
mo.wait)}import{checkWord as _e,fill as _o,keychainProblem as Hr,keychainWord as Rr,labels as At,machineProblem as me,plain as Ne,span as qr}from"./words.js";function go({
state:e}){let[t,n]=_("");x(()=>{$e().catch(s=>n(H(s)))},[]);let r=e.health;return o("section",{"aria-labelledby":"health-title"},o("h2",{id:"health-title",tabIndex:-1,
"data-home":!0},"Health"),t&&o("p",{class:"fault"},o(v,{text:t})),r&&o("ul",{class:"card parts"},Or(r).map(s=>o(Kr,{key:s.name,check:s}))),o(Jr,null))}function Or(e){
let{keychain:t,history:n,socket:r,http:s,clock:i,faults:l}=e,c=[{name:"Keeper",well:_o(_e("keeper"),{pid:String(e.pid),version:e.version})},{name:"Keychain",well:Wr(
Rr(t.state)),detail:t.detail,problem:t.state==="ok"?void 0:Hr(t.state)},{name:"Clock",well:zr(e),mark:i?.state==="ok"?"ok":"off",problem:i?.state==="wrong"?Br(i):
void 0},{name:"History",well:_e("history"),detail:n.detail,problem:n.state==="down"?me("history_down"):void 0},{name:"Programs",well:_e("socket"),detail:r.detail,
problem:r.state==="down"?me("socket_down"):void 0},{name:"Page",well:_e("page"),detail:s.detail,problem:s.state==="down"?me("page_down"):void 0}];t.spilled&&c.push(
{name:"Waiting records",well:"",problem:me("waiting_records",{count:String(t.spilled)})});for(let u of l??[]){let d=me("broken_file",{fault:Ne(u.detail).replace(
/\.$/,"")});c.push({name:`File: ${u.name||"config.toml"}`,well:"",problem:d})}return c}var Wr=e=>e.charAt(0).toUpperCase()+e.slice(1),Ur={d:864e5,h:36e5,m:6e4,s:1e3,
ms:1};function jr(e){let t=0;for(let[,n,r]of e.matchAll(/([\d.]+)(ms|[dhms])/g))t+=Number(n)*(Ur[r]??0);return e.startsWith("-")?-t:t}var zr=({clock:e})=>e?.state===
"ok"?_o(_e("clock"),{host:Ne(e.seen??"the providers")}):_e("clock_unknown");function Br(e){let t=jr(e.skew??"");return me("clock_wrong",{span:qr(Math.abs(t)),side:t<
0?"behind":"ahead of",host:Ne(e.seen||"the providers")})}function Kr({check:e}){return o("li",null,o(Q,{of:e.problem?"bad":e.mark??"ok"}),o("div",null,o("h3",null,
o("bdi",null,Ne(e.name))),e.problem?o(Gr,{problem:e.problem,detail:e.detail}):o("p",{class:"soft"},e.well)))}function Gr({problem:e,detail:t}){let n=(e.more||t)&&
o("details",null,o("summary",null,At.details),e.more&&o("p",null,e.more),t&&o("p",null,o(v,{text:t})));return o(y,null,o("p",null,o("strong",null,e.title,". "),
o(v,{text:e.detail})),e.action==="unlock"&&o(Ht,{label:e.label}),n)}function Ht({label:e}){let[t,n]=_("");return o(y,null,o("p",{class:"buttons"},o($,{kind:"mai\
n",run:async()=>{await h("POST","/v1/keychain/unlock",{}),await $e()},failed:i=>{n(i),i&&S(i)},label:`${e} the keychain`},e)),t&&o("p",{class:"fault"},o(v,{text:t})))}
var Qr={systemd:"a systemd service",xdg:"a desktop entry",launchd:"a launch agent","run-key":"an entry of the registry"};function Jr(){let[e,t]=_(null),[n,r]=_(
"");x(()=>{h("GET","/v1/autostart").then(t,i=>r(H(i)))},[]);let s=async()=>{let i=await h("PUT","/v1/autostart",{on:!e?.on});t(i),S(`${At.autostart}: ${i.on?"on":
"off"}`)};return o("div",{class:"card start"},e&&o(y,null,o(Yr,{on:e.on,turn:s,tell:r}),e.path&&o("p",{class:"soft"},e.on?"Installed: ":"Would install: ",Qr[e.kind??
""]??""," ",o("code",null,Ne(e.path))),e.detail&&o("p",null,o(v,{text:e.detail}))),n&&o("p",{class:"fault"},o(v,{text:n})))}function Yr({on:e,turn:t,tell:n}){let[
r,s]=rt(t,n);return o("button",{type:"button",role:"switch",class:"switch","aria-checked":e,"aria-disabled":r||void 0,onClick:s},o("span",{class:"slot","aria-hi\
dden":"true"},o("span",{class:"knob"})),At.autostart,o("span",{class:"soft","aria-hidden":"true"},e?"On":"Off"))}import{plain as Rt,reasonWord as qt,stateWord as Xr}from"./words.js";function lt(e,t){let[n,r]=_({entries:null,fault:""}),[s,i]=_(0);return x(()=>{let l=!1,c=[],
u=Bn(f=>{if(!f)return i(a=>a+1);let p=f.filter(a=>!e||a.session===e).reverse();p.length!==0&&r(a=>a.entries===null?(c=[...p,...c].slice(0,t),a):{...a,entries:[...p,
...a.entries].slice(0,t)})}),d=e?N(e,"/history"):"/v1/history";return h("GET",`${d}?limit=${t}`).then(f=>{let p=f[0]?Date.parse(f[0].at):0,a=c.filter(m=>Date.parse(
m.at)>p);l||r({entries:[...a,...f].slice(0,t),fault:""})},f=>{l||r({entries:[],fault:H(f)})}),()=>{l=!0,u()}},[e,t,s]),n}function vo(e){let t=e.detail??{},n=[];
return e.type==="session.state"?(n.push([t.was,t.state].filter(Boolean).map(r=>Xr(r)).join(" → ")),t.reason&&n.push(qt(t.reason))):e.type==="consent.done"?t.outcome&&
t.outcome!=="done"&&n.push(qt(t.outcome).replaceAll("_"," ")):(t.reason&&n.push(qt(t.reason)),t.message&&n.push(Rt(t.message)),t.code&&n.push(Rt(t.code)),t.http_status&&
n.push(`status ${Rt(t.http_status)}`),e.type==="session.warning"&&t.kind==="outage"&&n.push("the provider cannot be reached")),n.filter(Boolean).join(" · ")}function ct(e){
switch(e.type){case"token.renewed":return"renewed";case"refresh.failed":return"failed";case"session.warning":return"warned";case"consent.done":return e.detail?.
outcome&&e.detail.outcome!=="done"?"failed":"consent";default:return""}}var yo=.12;function bo(e,t,n,r,s){let i=n+r*yo/(1-yo),l=n-r,c=(i-l)/Math.max(1,s),u={start:l,end:i,bars:[],signs:[],counts:{renewed:0,failed:0,warned:0,consent:0}},
d=1/0,f={};for(let p of t){let a=Date.parse(p.at),m=ct(p);if(m==="renewed"||m==="consent"){let I=Date.parse(p.detail?.expires_at??(d===1/0?e?.access_expires_at??
"":"")),P=Math.min(Number.isNaN(I)?Math.min(d,n):I,d,i);P>l&&Zr(u.bars,{from:Math.max(a,l),to:P},c),d=a}if(p.type==="session.state"&&p.detail?.state==="signed_o\
ut"&&(d=a),!m||a<l)continue;u.counts[m]++;let g=f[m];if(g&&g.at-a<c*7?g.n++:u.signs.push(f[m]={at:a,kind:m,n:1}),a<l)break}return u}function Zr(e,t,n){let r=e[e.
length-1];r&&r.to-t.from<n*5&&r.from-t.to<n?r.from=t.from:e.push(t)}import{eventWord as es,plain as Wt,sentences as ho}from"./words.js";var j=36e5,wo=[["1 hour",j],["24 hours",24*j],["7 days",168*j]],ts=4e3,ns=1e4,os=[["renewed",
"renewed"],["failed","failed"],["warned","warned"],["consent","signed in"]];function dt({name:e,session:t}){let[n,r]=_(24*j),s=lt(e,ts);if(s.fault)return o("p",
{class:"fault"},o(v,{text:s.fault}));let i=wo.find(([,l])=>l===n)?.[0]??"";return o("div",{class:"timeline"},o("div",{class:"ranges",role:"group","aria-label":`\
Time shown of ${e}`},wo.map(([l,c])=>o("button",{type:"button",key:l,"aria-pressed":n===c,onClick:()=>r(c)},l))),s.entries?o(ss,{name:e,session:t,entries:s.entries,
span:n,spoken:i}):o("p",{class:"soft"},"Reading …"),s.entries&&o(ds,{entries:s.entries,name:e}))}function rs(){let e=D(null),[t,n]=_(0);return x(()=>{if(!e.current)
return;let r=new ResizeObserver(([s])=>s&&n(Math.floor(s.contentRect.width)));return r.observe(e.current),()=>r.disconnect()},[]),[e,t]}var Ve=18,Ot=14,re=74;function ss({
name:e,session:t,entries:n,span:r,spoken:s}){let i=O(),[l,c]=rs();Ye(a=>Math.floor(a/ns));let u=we(),d=bo(t,n,u,r,c),f=a=>Math.round((a-d.start)/(d.end-d.start)*
c*10)/10,p=os.filter(([a])=>d.counts[a]>0).map(([a,m])=>`${d.counts[a]} times ${m}`);return o(y,null,o("div",{class:"picture",ref:l},c>0&&o("svg",{role:"img","a\
ria-labelledby":`${i}-title ${i}-desc`,width:c,height:re,viewBox:`0 0 ${c} ${re}`},o("title",{id:`${i}-title`},`The last ${s} of ${Wt(e)}`),o("desc",{id:`${i}-d\
esc`},p.length>0?`${p.join(", ")}.`:ho.nothing_happened),o("path",{class:"axis",d:`M0 ${re-20.5}H${c}`}),ls(r,u,d.start).map(([a,m])=>{let g=f(a);return o(y,{key:a},
o("path",{class:"axis",d:`M${g} ${re-24}v7`}),g>20&&g<c-20&&Math.abs(g-f(u))>44&&o("text",{x:g,y:re-5,"text-anchor":"middle"},m))}),d.bars.map(a=>o("rect",{class:"\
life",key:a.from,x:f(a.from),y:Ve+8,rx:"2",height:Ot,width:Math.max(2,f(a.to)-f(a.from)-1)})),o("path",{class:"now",d:`M${f(u)} 4V${re-18}`}),o("text",{class:"n\
ow-word",x:f(u),y:re-5,"text-anchor":"middle"},"now"),d.signs.map(a=>o(is,{key:a.kind+a.at,sign:a,x:f(a.at)})))),o(as,null))}function is({sign:e,x:t}){switch(e.
kind){case"renewed":return o("path",{class:"renewed",d:`M${t} ${Ve+5}v${Ot+6}`});case"failed":return o("path",{class:"failed",d:`M${t-4.5} ${Ve-13}l9 9m0-9l-9 9`});case"\
warned":return o("path",{class:"warned",d:`M${t} ${Ve-14}l6 11h-12z`});case"consent":return o("path",{class:"consent",d:`M${t} ${Ve+8+Ot/2-9}l6.5 9l-6.5 9l-6.5-\
9z`})}}var as=ue(()=>o("ul",{class:"legend","aria-hidden":"true"},o("li",null,o("svg",{width:"22",height:"16"},o("rect",{class:"life",x:"1",y:"3",width:"20",height:"\
10",rx:"2"})),"good for"),o("li",null,o("svg",{width:"10",height:"16"},o("path",{class:"renewed",d:"M5 1v14"})),"renewed"),o("li",null,o("svg",{width:"16",height:"\
16"},o("path",{class:"consent",d:"M8 1l6 7l-6 7l-6-7z"})),"signed in"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"warned",d:"M8 2l6 11h-12z"})),
"warned"),o("li",null,o("svg",{width:"14",height:"16"},o("path",{class:"failed",d:"M2 3l10 10m0-10l-10 10"})),"failed")));function ls(e,t,n){let r=e<=j?j/6:e<=24*
j?4*j:24*j,s=new Date(t).getTimezoneOffset()*6e4,i=[];for(let l=Math.ceil((n-s)/r)*r+s;l<t;l+=r){let c=new Date(l);i.push([l,r<24*j?c.toLocaleTimeString(void 0,
{hour:"2-digit",minute:"2-digit"}):c.toLocaleDateString(void 0,{weekday:"short"})])}return i}var cs=50;function ds({entries:e,name:t}){let[n,r]=_(cs),[s,i]=_(!1);
return o("details",{class:"rows",onToggle:l=>i(l.currentTarget.open)},o("summary",null,"As a table"),s&&o(Ut,{caption:`What happened to ${Wt(t)}`,entries:e.slice(
0,n),names:!1}),s&&e.length>n&&o("button",{type:"button",onClick:()=>r(n*4)},"Show more"))}var Ut=ue(({caption:e,entries:t,names:n})=>t.length===0?o("p",{class:"\
soft"},ho.nothing_happened,"."):o("table",null,o("caption",{class:"away"},e),o("thead",null,o("tr",null,o("th",{scope:"col"},"When"),n&&o("th",{scope:"col"},"Se\
ssion"),o("th",{scope:"col"},"What"))),o("tbody",null,t.map((r,s)=>o(us,{key:`${r.at} ${r.session} ${r.type} ${t.length-s}`,entry:r,names:n}))))),us=ue(({entry:e,
names:t})=>{let n=vo(e);return o("tr",{"data-kind":ct(e)},o("td",null,o("time",{dateTime:e.at},Xe(e.at))),t&&o("td",{class:"whose"},o("bdi",null,Wt(e.session))),
o("td",null,es(e.type),n&&o("span",{class:"soft"},": ",o(v,{text:n}))))});import{labels as fs,plain as ps}from"./words.js";var ms=100,_s=1e4;function ko({state:e}){let[t,n]=_(""),r=O(),s=[...e.sessions.keys()].sort();return o("section",
{"aria-labelledby":`${r}-title`},o("h2",{id:`${r}-title`,tabIndex:-1,"data-home":!0},fs.history),s.length>0&&o("div",{class:"field"},o("label",{for:r},"Session"),
o("select",{id:r,value:t,onChange:i=>n(i.currentTarget.value)},o("option",{value:""},"All sessions"),s.map(i=>o("option",{key:i,value:i},ps(i))))),t?o("div",{class:"\
card",key:t},o(dt,{name:t,session:e.sessions.get(t)??null})):o(gs,null))}function gs(){let[e,t]=_(ms),{entries:n,fault:r}=lt("",e);return r?o("p",{class:"fault"},
o(v,{text:r})):n?o("div",{class:"card"},o(Ut,{caption:"What happened to all sessions",entries:n,names:!0}),n.length>=e&&e<_s&&o("button",{type:"button",onClick:()=>t(
e*4)},"Show more")):o("p",{class:"soft"},"Reading …")}import{fill as jt,isolated as zt,labels as xo,remoteWord as Co,sentences as Ie,stateWord as To}from"./words.js";async function So(e){return h("POST",N(e,"/logou\
t"),{})}function vs(e,t){let n=t.remote==="revoked"||t.remote==="nothing"?"":t.detail||Co(t.remote);n&&W(e,`${To("signed_out")}: ${n}`)}async function Po(e){await h(
"DELETE",N(e)),W(e,""),S(`“${zt(e)}” was removed.`)}function $o({question:e,session:t}){let n=D(null),[r,s]=_("");x(()=>n.current?.showModal(),[]);let i=()=>n.
current?.close(),l=p=>async()=>{await p(),i()},c=async()=>{let{remote:p}=await So(e.name);if(p==="unreachable"||p==="unsupported")throw new A(`${To("signed_out")}\
: ${Co(p)}.`);await Po(e.name),i()},u=o("button",{type:"button",onClick:i},xo.cancel),d=zt(e.name),f=e.what==="sign_out"?o(y,null,o("h2",{id:"question"},jt(Ie.confirm_sign_out,
{name:d})),o("p",null,Ie.confirm_sign_out_detail),e.related.length>0&&o("p",null,o("strong",null,o(v,{text:jt(Ie.related,{names:e.related.map(zt).join(", ")})}))),
r&&o("p",{class:"fault"},o(v,{text:r})),o("div",{class:"buttons"},u,o($,{kind:"danger",failed:s,run:l(async()=>vs(e.name,await So(e.name)))},xo.sign_out))):o(y,
null,o("h2",{id:"question"},jt(Ie.confirm_remove,{name:d})),o("p",null,Ie.confirm_remove_detail),r&&o("p",{class:"fault"},o(v,{text:r})),o("div",{class:"buttons"},
u,t&&t.state!=="signed_out"&&o($,{kind:"danger",failed:s,run:c},"Sign out and remove"),o($,{kind:"danger",failed:s,run:l(()=>Po(e.name))},"Remove")));return o("\
dialog",{ref:n,"aria-labelledby":"question",onClose:()=>T({question:null})},f)}import{commandOf as ys,labels as se}from"./words.js";var X=e=>e?o("time",{dateTime:e},Xe(e)):null,ie=e=>e?o("code",null,o(v,{text:e})):null;function Mo({session:e,
problem:t}){let n=e.last_error,r=[["State",ie([e.state,e.reason].filter(Boolean).join(" / "))],["Why",t?.more],["The keeper says",e.detail&&o(v,{text:e.detail})],
["Last error",n&&o(y,null,ie(n.code),n.http_status?` (status ${n.http_status})`:"",", ",X(n.at),n.message&&o(y,null,": ",o(v,{text:n.message})))],[se.provider,ie(
e.provider)],["Issuer",ie(e.issuer)],[se.account,[e.account.name,e.account.email,e.account.sub].filter(Boolean).map((s,i)=>o(y,{key:i},i>0&&" · ",o(v,{text:s})))],
["Client ID",ie(e.client_id)],["Scopes",ie((e.scopes??[]).join(" "))],[se.signed_in,X(e.signed_in_at)],[se.last_renewed,X(e.last_refresh_at)],[se.renews,X(e.renew_at)],
["Access token until",X(e.access_expires_at)],["Warns",X(e.warn_at)],[se.ends,X(e.ends_at)],[se.next_try,X(e.next_try_at)],["Generation",e.generation>0?ie(String(
e.generation)):null],["Command",t?.command&&o(Y,{text:ys(t.command,e.name),what:"the command"})]];return o("dl",{class:"facts"},r.filter(([,s])=>s&&!(Array.isArray(
s)&&s.length===0)).map(([s,i])=>o("div",{key:s},o("dt",null,s),o("dd",null,i))))}import{fill as Bt,from as Kt,labels as bs,sentences as ut,span as ws,tone as Eo}from"./words.js";var Qt=200,Jt=(e,t)=>e?Date.parse(e)-t:NaN;function Gt(e,t,n){let r=Jt(
t,Date.parse(e??"")),s=Jt(t,n);return r>0&&s>0?Math.min(Qt,Math.ceil(s/r*Qt)):-1}function hs(e,t){let n={words:"",quiet:"",bar:-1,tone:"good"};if(e.state==="pau\
sed"||e.state==="signed_out")return n;let[r,s,i,l]=[e.ends_at,e.renew_at,e.next_try_at,e.usable_until].map(p=>Jt(p,t)),c=e.state==="active"||e.state==="expiring",
u=[];e.state==="retrying"&&i>0&&u.push(Bt(ut.next_try,{when:Kt(i)})),c&&s>0&&u.push(Bt(ut.renews,{when:Kt(s)}));let d=l>0?`${bs.usable} ${ws(l)}`:"";if(!Number.
isNaN(r)){!c&&d&&u.unshift(d);let p=Bt(r>0?ut.ends:ut.ended,{when:Kt(r)}),a=e.state==="active"?"good":Eo(e.state);return{words:p,quiet:u.join(" · "),bar:Gt(e.signed_in_at??
e.last_refresh_at,e.ends_at,t),tone:a}}if(c&&s>0)return{...n,tone:"off",quiet:u.join(" · "),bar:Gt(e.last_refresh_at??e.signed_in_at,e.renew_at,t)};let f=Gt(e.
last_refresh_at??e.signed_in_at,e.usable_until,t);return{words:d,quiet:u.join(" · "),bar:f,tone:Eo(e.state)}}function No({session:e}){let t=O(),n=Ye(c=>{let u=hs(
e,c);return[u.words,u.quiet,u.bar,u.tone].join(`
`)}),[r,s,i,l]=n.split(`
`);return!r&&!s?null:o("div",{class:"times"},i!=="-1"&&o("progress",{class:r?"":"quiet","data-tone":l,max:Qt,value:Number(i),"aria-labelledby":t}),o("p",{id:t,class:"\
time"},r&&o("span",{class:"ends"},r),r&&s&&" ",s&&o("span",{class:"soft"},s)))}import{fields as Vo,labels as F,plain as Yt,problemOf as ks,stateWord as Io,tone as xs}from"./words.js";var Le=(e,t,n={})=>h("POST",N(e.name,t),n),Lo=ue(({session:e,
provider:t,running:n,note:r})=>{let[s,i]=_(!1),l=O(),c=e.account.email||e.account.name||e.account.sub||"",u=ks(e),d=f=>W(e.name,f);return o("li",{class:"session\
 card","data-tone":xs(e.state),"data-state":e.state},o(Q,{of:e.state}),o("div",{class:"head"},o("h3",{tabIndex:-1,"data-home":!0,dir:"auto"},Yt(e.name)),o("p",{
class:"who"},c&&o("bdi",null,Yt(c)),c&&t&&" · ",t&&o("bdi",null,Yt(t)))),o("p",{class:"state"},Io(e.state)),o("button",{type:"button",class:"quiet fold","aria-\
expanded":s,"aria-controls":s?l:void 0,"aria-label":`${F.details} of ${e.name}`,onClick:()=>i(!s)},F.details,o("svg",{viewBox:"0 0 12 12",width:"12",height:"12",
"aria-hidden":"true"},o("path",{d:"m2 4 4 4 4-4"}))),o("div",{class:"rest"},o(Ss,{session:e,problem:u}),o(No,{session:e}),r&&o(Ps,{session:e,told:r}),n?o(it,{name:e.
name,running:n,key:n.id}):o(Cs,{session:e,problem:u,tell:d}),s&&o("div",{id:l,class:"details"},o($s,{session:e,running:n!==void 0,tell:d}),o(dt,{name:e.name,session:e}),
o(Mo,{session:e,problem:u}))))});function Ss({session:e,problem:t}){if(!t)return e.detail?o("p",{class:"why"},o(v,{text:e.detail})):null;let n=t.title===Io(e.state);
return o("div",{class:"why"},o("p",null,!n&&o("strong",null,t.title,". "),t.detail),e.detail&&e.state==="setup_needed"&&o("p",{class:"soft"},o(v,{text:e.detail})))}
function Ps({session:e,told:t}){return o("div",{class:"note"},o("p",null,o(v,{text:t.text})),t.failure==="wrong_account"&&o($,{run:()=>de(e.name,{as_other:!0}),
failed:n=>W(e.name,n),label:`Use the other account for ${e.name}`},"Use the other account"))}function Cs({session:e,problem:t,tell:n}){switch(t?.action){case"si\
gn_in":case"sign_in_again":return o("div",{class:"buttons"},o($,{kind:"main",run:()=>de(e.name),failed:n,label:`${t.label} to ${e.name}`},t.label));case"resume":
return o("div",{class:"buttons"},o($,{kind:"main",run:()=>Le(e,"/resume"),failed:n,label:`${t.label} ${e.name}`},t.label));case"unlock":return o("div",{class:"b\
uttons"},o($,{kind:"main",run:()=>h("POST","/v1/keychain/unlock",{}),failed:n,label:`${t.label} the keychain for ${e.name}`},t.label));case"set_secret":return o(
Ts,{session:e,label:t.label});default:return e.state==="retrying"?o("div",{class:"buttons"},o($,{run:()=>Le(e,"/refresh"),failed:n,label:`${F.try_again}: ${e.name}`},
F.try_again)):null}}function Ts({session:e,label:t}){let[n,r]=_(!1),[s,i]=_(""),[l,c]=_("");return n?o(fe,{class:"secret",run:async()=>{if(!s)throw new Error("E\
nter the secret.");await Le(e,"/secret",{client_secret:s}),r(!1),i("")},failed:f=>{c(f),f&&S(f)},label:F.save,cancel:()=>r(!1)},o(U,{name:"client_secret",label:Vo.
client_secret?.label??"",type:"password",required:!0,value:s,set:i,fault:l,hint:Vo.client_secret?.hint})):o("div",{class:"buttons"},o("button",{type:"button",class:"\
main","aria-label":`${t} ${e.name}`,onClick:()=>r(!0)},t))}function $s({session:e,running:t,tell:n}){let r=(...l)=>l.includes(e.state),s=async()=>{let l=await h(
"GET",N(e.name,"/related"));T({question:{what:"sign_out",name:e.name,related:l}})},i=()=>T({question:{what:"remove",name:e.name,related:[]}});return o("div",{class:"\
buttons"},r("active","retrying","expiring")&&o($,{run:()=>Le(e,"/refresh"),failed:n,label:`${F.refresh} ${e.name}`},F.refresh),r("active","retrying")&&!t&&o($,{
run:()=>de(e.name),failed:n,label:`${F.sign_in_again} to ${e.name}`},F.sign_in_again),!r("paused","signed_out")&&o($,{run:()=>Le(e,"/pause"),failed:n,label:`${F.
pause} ${e.name}`},F.pause),!r("signed_out")&&o($,{run:s,failed:n,label:`${F.sign_out} of ${e.name}`},F.sign_out),o($,{run:i,label:`${F.remove} ${e.name}`},F.remove))}import{count as ft,labels as Ms,plain as Es,sentences as Fo}from"./words.js";var Ns=12;function Do({state:e}){let[t,n]=_(""),{sessions:r,order:s}=e;if(r.size===
0)return o(Ls,null);let i=new Map(e.providers?.map(p=>[p.id,p.name])),l=p=>i.get(p.provider)||p.provider||Vs(p.issuer),c=p=>l(p).toLowerCase()===p.name.toLowerCase()?
"":l(p),u=t.trim().toLowerCase(),d=p=>!u||[p.name,p.account.email,p.account.name,l(p)].some(a=>a?.toLowerCase().includes(u)),f=p=>Tt(p.target.closest?.("button")!==
null);return o("section",{"aria-labelledby":"summary"},o(Is,{sessions:r}),r.size>Ns&&o("div",{class:"find"},o(U,{name:"find",type:"search",label:"Find a session",
required:!0,value:t,set:n})),o("ul",{class:"sessions",onPointerOver:f,onPointerLeave:()=>Tt(!1)},s.map(p=>{let a=r.get(p);return a&&d(a)&&o(Lo,{key:p,session:a,
provider:c(a),running:e.signIns.get(p),note:e.notes.get(p)})})))}function Vs(e){try{return e?new URL(e).host:""}catch{return Es(e??"")}}function Is({sessions:e}){
let t=et(e),n=e.size,r=[...e.values()].every(c=>c.state==="active"),s=[...e.values()].filter(c=>c.state==="sign_in_needed").length,i=t===s?ft("waiting",t):t===1?
"1 session needs you":`${t} sessions need you`,l=t>0?i:r?ft("well",n):ft("sessions",n);return o("div",{class:"summary","data-tone":t>0?"bad":r?"good":"off"},(t>
0||r)&&o(Q,{of:t>0?"bad":"ok"}),o("h2",{id:"summary",tabIndex:-1,"data-home":!0},l),t>0&&n>t&&o("p",{class:"soft"},ft("sessions",n)," in all"))}function Ls(){return o(
"section",{class:"empty","aria-labelledby":"summary"},o("h2",{id:"summary",tabIndex:-1,"data-home":!0},Fo.no_sessions),o("p",null,Fo.no_sessions_detail),o("p",null,
o("a",{class:"main",href:"#go=add"},Ms.add.replace("…",""))))}import{keychainProblem as Fs,labels as Fe}from"./words.js";var Ds=[["sessions",Fe.sessions],["add",Fe.add.replace("…","")],["history",Fe.history],["health","H\
ealth"]];function As(){let e=Ln(),t=et(e.sessions);x(()=>{document.title=t>0?`(${t}) Sessionkeeper`:"Sessionkeeper"},[t]);let n=e.link==="live"||e.link==="lost"&&
e.sessions.size>0||e.link==="opening";return o(y,null,o("header",null,o("h1",{tabIndex:-1,"data-home":!0},o("img",{src:"/favicon.svg",alt:"",width:"28",height:"\
28"}),"Sessionkeeper"),e.link!=="closed"&&o("nav",{"aria-label":"Parts of this page"},Ds.map(([r,s])=>o("a",{key:r,href:r==="sessions"?"#":`#go=${r}`,"aria-curr\
ent":e.view===r?"page":void 0},s)))),o("p",{class:"away",role:"status"},e.said),o("main",null,e.link==="lost"&&o(Os,null),e.link==="closed"&&o(Ws,null),n&&o(qs,
{state:e}),n&&e.link!=="opening"&&o(Hs,{state:e,key:e.view})),e.link!=="closed"&&o("footer",null,o("a",{href:"/licenses.txt",target:"_blank",rel:"noopener noref\
errer"},"Licences")),e.question&&o($o,{question:e.question,session:e.sessions.get(e.question.name)}))}var Ao=!0;function Hs({state:e}){let t=D(null);return x(()=>{
Ao||t.current?.querySelector("h2")?.focus(),Ao=!1},[]),o("div",{ref:t},Rs(e))}function Rs(e){switch(e.view){case"add":return o(co,{state:e});case"history":return o(
ko,{state:e});case"health":return o(go,{state:e});default:return o(Do,{state:e})}}function qs({state:e}){let t=e.health?.keychain;if(!t||t.state==="ok"||e.view===
"health")return null;let n=Fs(t.state);return o("div",{class:"banner","data-part":"keychain"},o(Q,{of:"keychain_locked"}),o("div",null,o("p",null,o("strong",null,
n.title,". "),n.detail),n.action==="unlock"&&o(Ht,{label:n.label})))}function Os(){return o("div",{class:"banner","data-part":"lost"},o(Q,{of:"retrying"}),o("di\
v",null,o("p",null,o("strong",null,"The keeper does not answer. "),"What you see may be old. This page goes on by itself when the keeper is back."),o("p",{class:"\
buttons"},o("button",{type:"button",onClick:Gn},Fe.try_again))))}function Ws(){return o("section",{class:"empty","data-part":"closed","aria-labelledby":"closed-\
title"},o("h2",{id:"closed-title",tabIndex:-1,"data-home":!0},"This page is locked"),o("p",null,"It opens from the tray icon: choose ",o("strong",null,Fe.open_page),
"."),o("p",null,"Or run this command:"),o("p",null,o(Y,{text:"sessionkeeper ui",what:"the command"})))}var Us=document.getElementById("app");po(document.body);_n(
o(As,null),Us);It();addEventListener("hashchange",()=>{It()});
