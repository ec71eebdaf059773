var at,S,Dn,Hs,ne,In,On,Hn,Lt,nt,Me,qn,Dt,Ft,Rt,qs,st={},rt=[],Ws=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,lt=Array.isArray;function Y(e,t){
for(var n in t)e[n]=t[n];return e}function Ot(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function o(e,t,n){var s,r,i,a={};for(i in t)i=="key"?s=t[i]:i=="re\
f"?r=t[i]:a[i]=t[i];if(arguments.length>2&&(a.children=arguments.length>3?at.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(i in e.defaultProps)
a[i]===void 0&&(a[i]=e.defaultProps[i]);return ot(e,a,s,r,null)}function ot(e,t,n,s,r){var i={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,
constructor:void 0,__v:r??++Dn,__i:-1,__u:0};return r==null&&S.vnode!=null&&S.vnode(i),i}function y(e){return e.children}function ge(e,t){this.props=e,this.context=t}function le(e,t){if(t==null)return e.__?le(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)
if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?le(e):null}function Us(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,s=[],r=[],i=Y({},
t);i.__v=t.__v+1,S.vnode&&S.vnode(i),Ht(e.__P,i,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,s,n??le(t),!!(32&t.__u),r),i.__v=t.__v,i.__.__k[i.__i]=i,zn(s,i,r),
t.__e=t.__=null,i.__e!=n&&Wn(i)}}function Wn(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.
__e=e.__c.base=t.__e}),Wn(e)}function Ln(e){(!e.__d&&(e.__d=!0)&&ne.push(e)&&!it.__r++||In!=S.debounceRendering)&&((In=S.debounceRendering)||On)(it)}function it(){
try{for(var e,t=1;ne.length;)ne.length>t&&ne.sort(Hn),e=ne.shift(),t=ne.length,Us(e)}finally{ne.length=it.__r=0}}function Un(e,t,n,s,r,i,a,c,u,d,p){var m,l,f,_,
g,b,$=s&&s.__k||rt,h=t.length;for(u=js(n,t,$,u,h),m=0;m<h;m++)(f=n.__k[m])!=null&&(l=f.__i!=-1&&$[f.__i]||st,f.__i=m,b=Ht(e,f,l,r,i,a,c,u,d,p),_=f.__e,f.ref&&l.
ref!=f.ref&&(l.ref&&qt(l.ref,null,f),p.push(f.ref,f.__c||_,f)),g==null&&_!=null&&(g=_),4&f.__u?(u=jn(f,u,e),l.__e&&(l.__e=null)):typeof f.type=="function"&&b!==
void 0?u=b:_&&(u=_.nextSibling),f.__u&=-7);return n.__e=g,u}function js(e,t,n,s,r){var i,a,c,u,d,p=n.length,m=p,l=0;for(e.__k=new Array(r),i=0;i<r;i++)(a=t[i])!=
null&&typeof a!="boolean"&&typeof a!="function"?(typeof a=="string"||typeof a=="number"||typeof a=="bigint"||a.constructor==String?a=e.__k[i]=ot(null,a,null,null,
null):lt(a)?a=e.__k[i]=ot(y,{children:a},null,null,null):a.constructor===void 0&&a.__b>0?a=e.__k[i]=ot(a.type,a.props,a.key,a.ref?a.ref:null,a.__v):e.__k[i]=a,u=
i+l,a.__=e,a.__b=e.__b+1,c=null,(d=a.__i=Bs(a,n,u,m))!=-1&&(m--,(c=n[d])&&(c.__u|=2)),c==null||c.__v==null?(d==-1&&(r>p?l--:r<p&&l++),typeof a.type!="function"&&
(a.__u|=4)):d!=u&&(d==u-1?l--:d==u+1?l++:(d>u?l--:l++,a.__u|=4))):e.__k[i]=null;if(m)for(i=0;i<p;i++)(c=n[i])!=null&&(2&c.__u)==0&&(c.__e==s&&(s=le(c)),Gn(c,c));
return s}function jn(e,t,n){var s,r;if(typeof e.type=="function"){for(s=e.__k,r=0;s&&r<s.length;r++)s[r]&&(s[r].__=e,t=jn(s[r],t,n));return t}e.__e!=t&&(t&&e.type&&
!t.parentNode&&(t=le(e)),t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function Bs(e,t,n,s){var r,i,a,c=e.key,u=e.type,d=t[n],p=d!=null&&(2&d.__u)==0;if(d===null&&c==null||p&&c==d.key&&u==d.type)return n;if(s>(p?1:0)){for(r=n-1,i=n+
1;r>=0||i<t.length;)if((d=t[a=r>=0?r--:i++])!=null&&(2&d.__u)==0&&c==d.key&&u==d.type)return a}return-1}function Fn(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=
n==null?"":typeof n!="number"||Ws.test(t)?n:n+"px"}function tt(e,t,n,s,r){var i,a;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="str\
ing"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Fn(e.style,t,"");if(n)for(t in n)s&&n[t]==s[t]||Fn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")i=t!=(t=t.replace(
qn,"$1")),a=t.toLowerCase(),t=a in e||t=="onFocusOut"||t=="onFocusIn"?a.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+i]=n,n?s?n[Me]=s[Me]:(n[Me]=Dt,e.addEventListener(
t,i?Rt:Ft,i)):e.removeEventListener(t,i?Rt:Ft,i);else{if(r=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&
t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}
typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function Rn(e){return function(t){if(this.l){
var n=this.l[t.type+e];if(t[nt]==null)t[nt]=Dt++;else if(t[nt]<n[Me])return;return n(S.event?S.event(t):t)}}}function Ht(e,t,n,s,r,i,a,c,u,d){var p,m,l,f,_,g,b,
$,h,K,Ne,ae,Ee,Vn,et,It,G=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(u=!!(32&n.__u),i=[c=t.__e=n.__e]),(p=S.__b)&&p(t);e:if(typeof G=="function"){
m=a.length;try{if(h=t.props,K=G.prototype&&G.prototype.render,Ne=(p=G.contextType)&&s[p.__c],ae=p?Ne?Ne.props.value:p.__:s,n.__c?$=(l=t.__c=n.__c).__=l.__E:(K?t.
__c=l=new G(h,ae):(t.__c=l=new ge(h,ae),l.constructor=G,l.render=Ks),Ne&&Ne.sub(l),l.state||(l.state={}),l.__n=s,f=l.__d=!0,l.__h=[],l._sb=[]),K&&l.__s==null&&(l.
__s=l.state),K&&G.getDerivedStateFromProps!=null&&(l.__s==l.state&&(l.__s=Y({},l.__s)),Y(l.__s,G.getDerivedStateFromProps(h,l.__s))),_=l.props,g=l.state,l.__v=t,
f)K&&G.getDerivedStateFromProps==null&&l.componentWillMount!=null&&l.componentWillMount(),K&&l.componentDidMount!=null&&l.__h.push(l.componentDidMount);else{if(K&&
G.getDerivedStateFromProps==null&&h!==_&&l.componentWillReceiveProps!=null&&l.componentWillReceiveProps(h,ae),t.__v==n.__v||!l.__e&&l.shouldComponentUpdate!=null&&
l.shouldComponentUpdate(h,l.__s,ae)===!1){t.__v!=n.__v&&(l.props=h,l.state=l.__s,l.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(_e){_e&&(_e.__=t)}),rt.push.
apply(l.__h,l._sb),l._sb=[],l.__h.length&&a.push(l),c=le(n);break e}l.componentWillUpdate!=null&&l.componentWillUpdate(h,l.__s,ae),K&&l.componentDidUpdate!=null&&
l.__h.push(function(){l.componentDidUpdate(_,g,b)})}if(l.context=ae,l.props=h,l.__P=e,l.__e=!1,Ee=S.__r,Vn=0,K)l.state=l.__s,l.__d=!1,Ee&&Ee(t),p=l.render(l.props,
l.state,l.context),rt.push.apply(l.__h,l._sb),l._sb=[];else do l.__d=!1,Ee&&Ee(t),p=l.render(l.props,l.state,l.context),l.state=l.__s;while(l.__d&&++Vn<25);l.state=
l.__s,l.getChildContext!=null&&(s=Y(Y({},s),l.getChildContext())),K&&!f&&l.getSnapshotBeforeUpdate!=null&&(b=l.getSnapshotBeforeUpdate(_,g)),et=p!=null&&p.type===
y&&p.key==null?Kn(p.props.children):p,c=Un(e,lt(et)?et:[et],t,n,s,r,i,a,c,u,d),l.base=t.__e,t.__u&=-161,l.__h.length&&a.push(l),$&&(l.__E=l.__=null)}catch(_e){if(a.
length=m,t.__v=null,u||i!=null){if(_e.then){for(t.__u|=u?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;i!=null&&(i[i.indexOf(c)]=null),t.__e=c}else if(i!=
null)for(It=i.length;It--;)Ot(i[It])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),_e.then||Bn(t),S.__e(_e,t,n)}}else i==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=
n.__e):c=t.__e=zs(n.__e,t,n,s,r,i,a,u,d);return(p=S.diffed)&&p(t),128&t.__u?void 0:c}function Bn(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(Bn))}function zn(e,t,n){
for(var s=0;s<n.length;s++)qt(n[s],n[++s],n[++s]);S.__c&&S.__c(t,e),e.some(function(r){try{e=r.__h,r.__h=[],e.some(function(i){i.call(r)})}catch(i){S.__e(i,r.__v)}})}
function Kn(e){return typeof e!="object"||e==null||e.__b>0?e:lt(e)?e.map(Kn):e.constructor!==void 0?null:Y({},e)}function zs(e,t,n,s,r,i,a,c,u){var d,p,m,l,f,_,
g,b=n.props||st,$=t.props,h=t.type;if(h=="svg"?r="http://www.w3.org/2000/svg":h=="math"?r="http://www.w3.org/1998/Math/MathML":r||(r="http://www.w3.org/1999/xht\
ml"),i!=null){for(d=0;d<i.length;d++)if((f=i[d])&&"setAttribute"in f==!!h&&(h?f.localName==h:f.nodeType==3)){e=f,i[d]=null;break}}if(e==null){if(h==null)return document.
createTextNode($);e=document.createElementNS(r,h,$.is&&$),c&&(S.__m&&S.__m(t,i),c=!1),i=null}if(h==null)b===$||c&&e.data==$||(e.data=$);else{if(i=h=="textarea"&&
$.defaultValue!=null?null:i&&at.call(e.childNodes),!c&&i!=null)for(b={},d=0;d<e.attributes.length;d++)b[(f=e.attributes[d]).name]=f.value;for(d in b)f=b[d],d=="\
dangerouslySetInnerHTML"?m=f:d=="children"||d in $||d=="value"&&"defaultValue"in $||d=="checked"&&"defaultChecked"in $||tt(e,d,null,f,r);for(d in $)f=$[d],d=="c\
hildren"?l=f:d=="dangerouslySetInnerHTML"?p=f:d=="value"?_=f:d=="checked"?g=f:c&&typeof f!="function"||b[d]===f||tt(e,d,f,b[d],r);if(p)c||m&&(p.__html==m.__html||
p.__html==e.innerHTML)||(e.innerHTML=p.__html),t.__k=[];else if(m&&(e.innerHTML=""),Un(t.type=="template"?e.content:e,lt(l)?l:[l],t,n,s,h=="foreignObject"?"http\
://www.w3.org/1999/xhtml":r,i,a,i?i[0]:n.__k&&le(n,0),c,u),i!=null)for(d=i.length;d--;)Ot(i[d]);c&&h!="textarea"||(d="value",h=="progress"&&_==null?e.removeAttribute(
"value"):_!=null&&(_!==e[d]||h=="progress"&&!_||h=="option"&&_!=b[d])&&tt(e,d,_,b[d],r),d="checked",g!=null&&g!=e[d]&&tt(e,d,g,b[d],r))}return e}function qt(e,t,n){
try{if(typeof e=="function"){var s=typeof e.__u=="function";s&&e.__u(),s&&t==null||(e.__u=e(t))}else e.current=t}catch(r){S.__e(r,n)}}function Gn(e,t,n){var s,r;
if(S.unmount&&S.unmount(e),(s=e.ref)&&(s.current&&s.current!=e.__e||qt(s,null,t)),(s=e.__c)!=null){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(i){
S.__e(i,t)}s.base=s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&Gn(s[r],t,n||typeof e.type!="function");n||Ot(e.__e),e.__c=e.__=e.__e=void 0}function Ks(e,t,n){
return this.constructor(e,n)}function Qn(e,t,n){var s,r,i,a;t==document&&(t=document.documentElement),S.__&&S.__(e,t),r=(s=typeof n=="function")?null:n&&n.__k||
t.__k,i=[],a=[],Ht(t,e=(!s&&n||t).__k=o(y,null,[e]),r||st,st,t.namespaceURI,!s&&n?[n]:r?null:t.firstChild?at.call(t.childNodes):null,i,!s&&n?n:r?r.__e:t.firstChild,
s,a),zn(i,e,a),e.props.children=null}at=rt.slice,S={__e:function(e,t,n,s){for(var r,i,a;t=t.__;)if((r=t.__c)&&!r.__)try{if((i=r.constructor)&&i.getDerivedStateFromError!=null&&(r.setState(i.getDerivedStateFromError(
e)),a=r.__d),r.componentDidCatch!=null&&(r.componentDidCatch(e,s||{}),a=r.__d),a)return r.__E=r}catch(c){e=c}throw e}},Dn=0,Hs=function(e){return e!=null&&e.constructor===
void 0},ge.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=Y({},this.state),typeof e=="function"&&(e=e(Y({},n),this.
props)),e&&Y(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),Ln(this))},ge.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),Ln(this))},
ge.prototype.render=y,ne=[],On=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,Hn=function(e,t){return e.__v.__b-t.__v.__b},
it.__r=0,Lt=Math.random().toString(8),nt="__d"+Lt,Me="__a"+Lt,qn=/(PointerCapture)$|Capture$/i,Dt=0,Ft=Rn(!1),Rt=Rn(!0),qs=0;var ce,N,Wt,Jn,dt=0,so=[],E=S,Yn=E.__b,Xn=E.__r,Zn=E.diffed,eo=E.__c,to=E.unmount,no=E.__;function Ae(e,t){E.__h&&E.__h(N,e,dt||t),dt=0;var n=N.__H||(N.__H={__:[],
__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function v(e){return dt=1,Gs(ro,e)}function Gs(e,t,n){var s=Ae(ce++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):ro(void 0,
t),function(c){var u=s.__N?s.__N[0]:s.__[0],d=s.t(u,c);u!==d&&(s.__N=[d,s.__[1]],s.__c.setState({}))}],s.__c=N,!N.__f)){var r=function(c,u,d){if(!s.__c.__H)return!0;
var p=!1,m=s.__c.props!==c;if(s.__c.__H.__.some(function(f){if(f.__N){p=!0;var _=f.__[0];f.__=f.__N,f.__N=void 0,_!==f.__[0]&&(m=!0)}}),i){var l=i.call(this,c,u,
d);return p?l||m:l}return!p||m};N.__f=!0;var i=N.shouldComponentUpdate,a=N.componentWillUpdate;N.componentWillUpdate=function(c,u,d){if(this.__e){var p=i;i=void 0,
r(c,u,d),i=p}a&&a.call(this,c,u,d)},N.shouldComponentUpdate=r}return s.__N||s.__}function L(e,t){var n=Ae(ce++,3);!E.__s&&jt(n.__H,t)&&(n.__=e,n.u=t,N.__H.__h.push(
n))}function D(e,t){var n=Ae(ce++,4);!E.__s&&jt(n.__H,t)&&(n.__=e,n.u=t,N.__h.push(n))}function I(e){return dt=5,Qs(function(){return{current:e}},[])}function Qs(e,t){var n=Ae(ce++,7);return jt(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function O(){var e=Ae(ce++,11);if(!e.__){for(var t=N.__v;t!==null&&!t.__m&&t.__!==null;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Js(){
for(var e;e=so.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(ct),t.__h.some(Ut),t.__h=[]}catch(n){t.__h=[],E.__e(n,e.__v)}}}E.__b=function(e){N=null,Yn&&Yn(e)},
E.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),no&&no(e,t)},E.__r=function(e){Xn&&Xn(e),ce=0;var t=(N=e.__c).__H;t&&(Wt===N?(t.__h=[],N.__h=[],t.__.some(
function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(ct),t.__h.some(Ut),t.__h=[],ce=0)),Wt=N},E.diffed=function(e){Zn&&Zn(e);var t=e.__c;t&&t.__H&&(t.
__H.__h.length&&(so.push(t)!==1&&Jn===E.requestAnimationFrame||((Jn=E.requestAnimationFrame)||Ys)(Js)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),
Wt=N=null},E.__c=function(e,t){t.some(function(n){try{n.__h.some(ct),n.__h=n.__h.filter(function(s){return!s.__||Ut(s)})}catch(s){t.some(function(r){r.__h&&(r.__h=
[])}),t=[],E.__e(s,n.__v)}}),eo&&eo(e,t)},E.unmount=function(e){to&&to(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(s){try{ct(s)}catch(r){t=r}}),n.__H=void 0,
t&&E.__e(t,n.__v))};var oo=typeof requestAnimationFrame=="function";function Ys(e){var t,n=function(){clearTimeout(s),oo&&cancelAnimationFrame(t),setTimeout(e)},
s=setTimeout(n,35);oo&&(t=requestAnimationFrame(n))}function ct(e){var t=N,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),N=t}function Ut(e){var t=N;e.__c=e.__(),
N=t}function jt(e,t){return!e||e.length!==t.length||t.some(function(n,s){return n!==e[s]})}function ro(e,t){return typeof t=="function"?t(e):t}var ut="bearer",X=class extends Error{},H=class extends Error{code;field;constructor(t,n="",s=""){super(t),this.code=n,this.field=s}},de=class extends Error{},oe=()=>sessionStorage.
getItem(ut)!==null;async function io(e){let t=await ao("/v1/ui/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({code:e})});
if(t.ok)sessionStorage.setItem(ut,(await t.json()).bearer);else if(!oe())throw new X}async function ao(e,t){try{return await fetch(e,t)}catch{throw new de("The \
keeper does not answer. Try again in a moment.")}}async function lo(e,t,n,s){let r={Authorization:`Bearer ${sessionStorage.getItem(ut)??""}`},i={method:e,headers:r,
signal:s??null};n!==void 0&&(r["Content-Type"]="application/json",i.body=JSON.stringify(n));let a=await ao(t,i);if(a.ok)return a;let c=a.headers.get("Content-Ty\
pe")?.startsWith("application/problem+json")??!1;if(!c&&t==="/v1/health")return a;let u=c?await a.json():{};throw a.status===401&&u.code!=="sign_in_needed"?(sessionStorage.
removeItem(ut),new X):new H(u.detail||u.title||`The keeper answered ${a.status}.`,u.code,u.field)}async function k(e,t,n){let s=await lo(e,t,n);return s.status===
204?null:await s.json()}var A=(e,t="")=>`/v1/sessions/${encodeURIComponent(e)}${t}`;async function co(e,t){let n=await lo("GET","/v1/events",void 0,t);if(!n.body)
return;let s=n.body.pipeThrough(new TextDecoderStream).getReader(),r="";try{for(;;){let{value:i,done:a}=await s.read();if(a)return;let c=(r+i).split(`
`);r=c.pop()??"";for(let u of c)u.trim()&&e(JSON.parse(u))}}catch{throw new de}}import{tone as Xs}from"./words.js";var q={link:"opening",view:"sessions",sessions:new Map,order:[],headed:new Set,signIns:new Map,opened:new Set,notes:new Map,question:null,
health:null,approvals:null,providers:null,said:""},zt=new Set,x=()=>q;function P(e){q={...q,...e};for(let t of zt)t()}function uo(){let[,e]=v(0);return D(()=>{let t=()=>e(
n=>n+1);return zt.add(t),()=>{zt.delete(t)}},[]),q}var T=e=>P({said:e});function Ve(e,t,n){let s=new Map(e);return n===null?s.delete(t):s.set(t,n),s}function j(e,t,n="",s=[]){
P({notes:Ve(q.notes,e,t?{text:t,failure:n,declined:s}:null),said:t||q.said})}var Bt=["sign_in_needed","setup_needed","keychain_locked","expiring","retrying","ac\
tive","paused","signed_out"],Zs=new Intl.Collator(void 0,{numeric:!0});function po(e){let t=n=>(Bt.indexOf(n.state)+Bt.length)%Bt.length;return[...e.values()].map(
n=>({name:n.name,rank:t(n)})).sort((n,s)=>n.rank-s.rank||Zs.compare(n.name,s.name)).map(({name:n})=>n)}var pt=e=>e!==void 0&&Xs(e.state)==="bad";function ft(e){
let t=0;for(let n of e.values())pt(n)&&t++;return t}function Ie(e,t){if(q.opened.has(e)===t)return;let n=new Set(q.opened);t?n.add(e):n.delete(e),P({opened:n})}
function fo(e){let t=po(e);return{order:t,headed:new Set(t.filter(n=>pt(e.get(n))))}}function Kt(e,t={}){if(q.order.length===0)return P({...t,sessions:e,...fo(e)});
let n=q.order.filter(r=>e.has(r)),s=new Set(n);n.push(...po(e).filter(r=>!s.has(r))),P({...t,sessions:e,order:n})}function mo(e){let t=e==="sessions"&&q.view!==
"sessions";P(t?{view:e,...fo(q.sessions)}:{view:e})}import{fill as er,isolated as _o,programWord as tr,sentences as nr}from"./words.js";var or=500,sr=1e3,rr=5e3,ve,mt,Gt=!1;function Qt(){return mt&&(Gt=!0),mt??=ir().
finally(()=>mt=void 0),mt}async function ir(){do Gt=!1,lr(await k("GET","/v1/approvals"));while(Gt)}var ar=(e,t)=>JSON.stringify(e)===JSON.stringify(t),Jt=e=>er(
nr.wants,{program:_o(tr(e.program)),name:_o(e.session)});function lr(e){let t=x().approvals;if(ar(t,e))return;let n=new Set(ue(t).map(a=>a.id)),s=ue(e),r=s.filter(
a=>!n.has(a.id)),i=n.size>0&&s.length===0;P(r.length>0||i?{approvals:e,said:r.map(Jt).join(". ")}:{approvals:e})}var ue=e=>e?.approvals.filter(t=>t.state==="ask\
ing")??[];function Z(){if(clearTimeout(ve),ve=void 0,!oe()||x().link!=="live")return;let e=()=>{if(document.hidden)return;let t=x().approvals;ue(t).length>0?ve??=
setTimeout(Z,sr):t?.approvals.some(n=>n.running)&&(ve??=setTimeout(Z,rr))};Qt().then(e,e)}function go(){clearTimeout(ve),ve=setTimeout(Z,or)}document.addEventListener(
"visibilitychange",()=>{document.hidden||Z()});var vo=0;function yo(e){let t=Date.parse(e)-Date.now();vo=Math.abs(t)<2e3?0:t}var Le=()=>Date.now()+vo,gt=new Set,_t;function Yt(){let e=gt.size>0&&!document.hidden;
e&&_t===void 0&&(_t=setInterval(wo,1e3)),e||(clearInterval(_t),_t=void 0)}function wo(){for(let e of gt)e()}document.addEventListener("visibilitychange",()=>{document.
hidden||wo(),Yt()});function ye(e){let[,t]=v(0),n=e(Le()),s=I({compute:e,value:n});return s.current={compute:e,value:n},L(()=>{let r=()=>{s.current.compute(Le())!==
s.current.value&&t(i=>i+1)};return gt.add(r),Yt(),()=>{gt.delete(r),Yt()}},[]),n}function vt(e){let t=new Date(e);return t.toDateString()===new Date(Le()).toDateString()?
t.toLocaleTimeString():t.toLocaleString(void 0,{dateStyle:"medium",timeStyle:"short"})}function we(){P({link:"closed",sessions:new Map,order:[],signIns:new Map,opened:new Set,notes:new Map,question:null,health:null,approvals:null,said:""})}import{fill as bo,isolated as ho,sentences as ko,tone as cr}from"./words.js";var xo=15e3,Re=e=>/^https?:\/\//i.test(e??"")?e:"",Xt=new Map;async function ee(e,t={}){
j(e,"");let n=await k("POST",A(e,"/login"),{no_browser:!0,...t});Zt(e,n,{asked:t.scopes??[]})}function Zt(e,t,{asked:n=[],ended:s}){if(t.status!=="pending")return Fe(
e,t,n);s&&Xt.set(e,s),P({signIns:Ve(x().signIns,e,{...t,fresh:s!==void 0,asked:n})}),Ie(e,!1);let r=Re(t.login_url);r&&!t.user_code&&window.open(r,"_blank","noo\
pener,noreferrer"),T(bo(ko.waiting,{name:ho(e)})),setTimeout(()=>{So(e,t.id)},xo)}async function So(e,t){x().signIns.get(e)?.id===t&&(await yt(e),setTimeout(()=>{
So(e,t)},xo))}async function yt(e,t){let n=x().signIns.get(e);if(n)try{let s=await k("POST",A(e,"/login"),{id:n.id,wait:t});if(x().signIns.get(e)?.id!==n.id)return;
s.status!=="pending"?Fe(e,s):s.detail!==n.detail&&dr(e,s)}catch(s){s instanceof X?we():s instanceof H&&x().signIns.get(e)?.id===n.id&&Fe(e,{id:n.id,status:"fail\
ed",failure:"over",detail:s.message})}}function dr(e,t){let n=x().signIns.get(e);n&&(P({signIns:Ve(x().signIns,e,{...n,...t})}),t.detail&&T(t.detail))}var Po=async()=>{
for(let e of x().signIns.keys())await yt(e)};function Fe(e,t,n=x().signIns.get(e)?.asked??[]){let s=Xt.get(e);if(Xt.delete(e),P({signIns:Ve(x().signIns,e,null)}),
t.status==="done"){let r=t.declined??[];r.length>0?j(e,`The provider did not give: ${r.join(", ")}. The rest works.`,"",r):j(e,""),T([bo(ko.added,{name:ho(e)}),
x().notes.get(e)?.text].filter(Boolean).join(" "))}else if(!s&&t.failure!=="cancelled"){let r=cr(x().sessions.get(e)?.state??"")!=="bad",i=n.length>0&&r?" Until\
 then the session goes on with what it has.":"";j(e,t.detail?t.detail+i:"",t.failure??"",n)}s?.(t)}async function To(e,t,n){let s=await k("POST",A(e,"/login"),{
id:t.id,paste:n.trim()});x().signIns.get(e)?.id===t.id&&Fe(e,s)}async function Co(e,t){Fe(e,{id:t.id,status:"failed",failure:"cancelled"}),await k("POST",A(e,"/\
login"),{id:t.id,cancel:!0})}import{isolated as ur,stateWord as pr}from"./words.js";var $o=500,fr=4e3,mr=1e3,Eo=2e3,_r=1e4,gr=5,nn=-1/0,Oe,be;function he(){return be??=k("GET","/v1/health").
then(e=>{P({health:e}),e.keychain.state==="ok"&&e.keychain.spilled&&on()}).finally(()=>{be=void 0,nn=performance.now()}),be}function on(){if(Oe!==void 0||document.
hidden||!oe())return;let e=()=>{if(be)return void be.then(e,e);let t=nn+Eo-performance.now();if(t>0){Oe=setTimeout(e,t);return}Oe=void 0,he().catch(()=>{})};Oe=
setTimeout(e)}var vr=new Set(["keychain.state","token.renewed","refresh.failed","consent.done"]),yr=new Set(["session.added","session.removed","session.state","\
consent.done"]);document.addEventListener("visibilitychange",()=>{document.hidden||(sn(),on())});async function wr(){try{P({providers:await k("GET","/v1/provide\
rs")})}catch(e){B(e),P({providers:[]})}}var pe=new Map,He=[],tn=!1,We=new Set;function Mo(e){return We.add(e),()=>{We.delete(e)}}function qe(){tn||(tn=!0,document.
hidden?setTimeout(No,250):requestAnimationFrame(No))}function No(){tn=!1;let[e,t]=[pe,He];if(pe=new Map,He=[],e.size>0){let n=x().sessions,s=new Map(n),r=[];for(let[
i,a]of e)if(!a)s.delete(i);else{let c=n.get(i);c&&c.state!==a.state&&r.push(a),s.set(i,a)}Kt(s,r.length>0?{said:br(r)}:{})}if(t.length>0)for(let n of We)n(t)}function br(e){
return e.length>3?`${e.length} sessions have changed.`:e.map(t=>`${ur(t.name)}: ${pr(t.state)}`).join(". ")}var De=new Map;async function hr(e){if(De.has(e)){De.
set(e,!0);return}try{do De.set(e,!1),pe.set(e,await k("GET",A(e))),qe();while(De.get(e))}catch(t){if(!(t instanceof H&&t.code==="not_found"))return;pe.set(e,null),
qe()}finally{De.delete(e)}}var kr=new Set(["type","session","at","now","sessions"]);function xr(e){let t={};for(let[n,s]of Object.entries(e))!kr.has(n)&&(typeof s==
"string"||typeof s=="number")&&(t[n]=String(s));return{at:e.at,session:e.session??"",type:e.type,detail:t}}var Sr=e=>e.type!=="session.state"||e.was!==e.state||
e.was===void 0;function Pr(e){yo(e.at),pe=new Map;let t=new Map((e.sessions??[]).map(n=>[n.name,n]));if(x().link!=="opening")for(let n of We)n(null);Kt(t,{link:"\
live",opened:new Set}),Po(),Z(),x().providers||wr()}function Tr(e){if(e.type==="snapshot")return Pr(e);if(e.type==="approval.changed")return Z();We.size>0&&Sr(e)&&
(He.push(xr(e)),He.length>mr&&He.shift(),qe()),vr.has(e.type)&&on();let t=e.session;t&&(yr.has(e.type)&&go(),e.type==="consent.opened"&&Ie(t,e.kind!=="device"&&
!x().signIns.has(t)),(e.type==="consent.done"||e.type==="session.removed")&&Ie(t,!1),e.now?(pe.set(t,e.now),qe()):e.type==="session.removed"?(pe.set(t,null),qe()):
hr(t),yt(t,e.type==="consent.done"?"5s":void 0))}var Ao=()=>{},sn=()=>Ao(),Cr=e=>new Promise(t=>{let n=setTimeout(t,e);Ao=()=>{clearTimeout(n),t()}});async function $r(e){
if(document.hidden||Oe!==void 0||!be&&performance.now()-nn<Eo)return;let t=0,n,s=new Promise(i=>{n=setInterval(()=>++t>=gr&&i(!0),1e3)}),r=he().then(()=>!1,()=>!1);
await Promise.race([r,s])&&(P({link:"lost"}),e.abort()),clearInterval(n)}async function Nr(){let e=$o;for(;oe();){let t=!1,n=new AbortController,s=setInterval(()=>{
$r(n)},_r);try{let r=he();r.catch(()=>{}),await co(i=>{t=!0,Tr(i)},n.signal),await r}catch(r){if(r instanceof X)break;if(!(r instanceof de||r instanceof H))throw r}finally{
clearInterval(s)}if(!oe())break;t?e=$o:P({link:"lost"}),await Cr(e),e=Math.min(e*2,fr)}we()}function B(e){return e instanceof X?(we(),""):e instanceof Error?e.message:
String(e)}var en=!1,Er=new Set(["sessions","programs","add","history","health"]);async function rn(){let e=new URLSearchParams(location.hash.slice(1)),[t,n]=[e.
get("k"),e.get("go")??"sessions"],s=Er.has(n)?n:"sessions";t&&history.replaceState(null,"",s==="sessions"?location.pathname:`#go=${s}`),mo(s);try{t&&await io(t)}catch(r){
r instanceof de&&(P({link:"lost"}),T(r.message))}if(!oe())return we();en||(en=!0,await Nr().finally(()=>en=!1))}import{labels as Ue,plain as Mr,sentences as Ar}from"./words.js";function ke(e){return class extends ge{shouldComponentUpdate(t){let n=this.props;return Object.
entries(t).some(([s,r])=>n[s]!==r)}render(){return o(e,this.props)}}}function wt(e,t=T){let[n,s]=v(!1),r=async()=>{if(!n){t(""),s(!0);try{await e()}catch(i){t(B(
i))}finally{s(!1)}}};return[n,()=>{r()}]}function C({run:e,label:t,kind:n,failed:s,children:r}){let[i,a]=wt(e,s);return o("button",{type:"button",class:n,"aria-\
label":t,"aria-disabled":i||void 0,onClick:a},r)}function se({run:e,failed:t,label:n,class:s,cancel:r,beside:i,children:a}){let[c,u]=wt(e,t);return o("form",{class:s,
noValidate:!0,onSubmit:p=>{p.preventDefault(),u()}},a,o("div",{class:"buttons"},o("button",{type:"submit",class:"main","aria-disabled":c||void 0},n),r&&o("butto\
n",{type:"button",onClick:r},Ue.cancel),i))}var Vo=400;function w({text:e}){let[t,n]=v(!1),s=Mr(e);return t||s.length<=Vo+50?o("bdi",{class:"long"},s):o("span",
null,o("bdi",{class:"long"},[...s].slice(0,Vo).join(""),"…")," ",o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all of it"))}function Q({text:e,
what:t,around:n}){let[s,r]=v(!1),i=I(null),a=async()=>{try{await navigator.clipboard.writeText(e),r(!0),T(Ar.copied)}catch{i.current&&getSelection()?.selectAllChildren(
i.current)}};return o("span",{class:n?"copy-within":"copy"},n?.[0],o("code",{ref:i,dir:"auto"},e),n&&`${n[1]} `,o("button",{type:"button","aria-label":`${s?Ue.copied:
Ue.copy} ${t}`,onClick:()=>{a()}},s?Ue.copied:Ue.copy))}var an=CSS.supports("-webkit-text-security","disc");function W(e){let t=O(),[n,s]=v(!1),r=I(null);D(()=>{
e.focus&&r.current?.focus()},[]);let i=e.type==="secret",a=i&&!n,c=[e.hint&&`${t}-hint`,e.fault&&`${t}-fault`].filter(Boolean).join(" ");return o("div",{class:"\
field"},o("label",{for:t},e.label,e.required?"":o("span",{class:"soft"}," (optional)")),e.hint&&o("p",{class:"hint",id:`${t}-hint`},e.hint),o("div",{class:i?"wi\
th-switch":void 0},o("input",{ref:r,id:t,name:e.name,class:a&&an?"masked":void 0,type:a&&!an?"password":i?"text":e.type??"text",value:e.value,required:e.required,
dir:"auto",spellcheck:!1,autocomplete:a&&!an?"new-password":"off",autocapitalize:"off",autocorrect:!1,"aria-invalid":e.fault?!0:void 0,"aria-describedby":c||void 0,
onInput:u=>e.set(u.currentTarget.value)}),i&&o("button",{type:"button",class:"quiet","aria-pressed":n,"aria-label":`Show the ${e.label}`,onClick:()=>s(!n)},"Sho\
w")),e.fault&&o("p",{class:"fault",id:`${t}-fault`},o(w,{text:e.fault})),e.children)}import{fields as Vr,labels as Ir,titled as Lr}from"./words.js";var Io=30;function ln({of:e}){let[t,n]=v(!1);return o(y,null,o("ul",{class:"scopes"},(t?e:e.slice(
0,Io)).map((s,r)=>o("li",{key:r},o("code",null,o(w,{text:s}))))),!t&&e.length>Io&&o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all ",e.length))}
var cn=e=>[...new Set(e.split(/[\s,]+/).filter(Boolean))];function Lo({session:e,declined:t,running:n}){let s=e.scopes??[],r=e.scopes_missing??[],i=t.filter(a=>!s.
includes(a)&&!r.includes(a));return o("div",{class:"permissions"},o("h4",null,Ir.permissions),s.length>0?o(ln,{of:s}):o("p",{class:"soft"},"The provider has nam\
ed none."),r.length>0&&o(y,null,o("h5",null,"Needed, and not given"),o(ln,{of:r})),i.length>0&&o(y,null,o("h5",null,"Asked for, and not given"),o(ln,{of:i})),!n&&
e.state!=="paused"&&e.state!=="keychain_locked"&&o(Fr,{session:e,wish:[...r,...i]}))}function Fr({session:e,wish:t}){let[n,s]=v(null),[r,i]=v(""),a=Lr(e.name);return n===
null?o("div",{class:"buttons"},o("button",{type:"button","aria-label":`Ask for more permissions of ${a}`,onClick:()=>s(t.length>0?`${t.join(" ")} `:"")},"Ask fo\
r more…")):o(se,{class:"ask",run:async()=>{let d=cn(n);if(d.length===0)throw new Error("Enter at least one.");await ee(e.name,{scopes:d}),s(null)},failed:d=>{
i(d),d&&T(d)},label:"Ask and sign in",cancel:()=>s(null)},o(W,{name:"more_scopes",label:"Further permissions",hint:`${Vr.scopes?.hint??""}; put spaces between t\
hem. Until you have signed in, the session goes on with what it has.`,required:!0,focus:!0,value:n,set:d=>{i(""),s(d)},fault:r}))}import{fields as Ro,sentences as Rr}from"./words.js";var Do={way:"provider",search:"",provider:null,vars:{},issuer:"",discovery:null,authorize_url:"",token_url:"",
device_url:"",name:"",named:!1,client_id:"",client_secret:"",scopes:"",scoped:!1,account:"",device:!1,faults:{},tried:0,adding:""},M=Do,dn=new Set;function V(e){
M={...M,...e};for(let t of dn)t()}var un=()=>V(Do);function Oo(){let[,e]=v(0);return D(()=>{let t=()=>e(n=>n+1);return dn.add(t),()=>{dn.delete(t)}},[]),M}var je=`\
One of the two is wrong: this, or the ${Ro.client_id?.label??"client ID"}.`;function bt(e,t){let{[e]:n,...s}=M.faults;e==="client_id"&&s.client_secret===je&&delete s.
client_secret,e==="client_secret"&&n===je&&delete s.client_id,V({...t,faults:s})}function Dr(e){let t=x().sessions,n=e;for(let s=2;t.has(n);s++)n=`${e}-${s}`;return n}
function Ho(e){if(M.named)return{};let{name:t,...n}=M.faults;return{name:Dr(e),faults:n}}var qo=e=>M.scoped?{}:{scopes:(e??[]).join(" ")};function Wo(e){let t={};
for(let n of e.vars??[])t[n.name]=n.default??"";V({provider:e,vars:t,...Ho(e.id),...qo(e.scopes),faults:{}})}function Be(e){try{return/^https?:$/.test(new URL(e).
protocol)}catch{return!1}}var Fo=Promise.resolve();function Uo(){return Fo=Fo.then(Or)}async function Or(){let e=M.issuer.trim();if(!(!Be(e)||M.discovery))try{let t=await k(
"POST","/v1/discover",{issuer:e});if(M.issuer.trim()!==e)return;let n=new URL(t.issuer||e).hostname;V({discovery:t,...Ho(t.provider||n),...qo(t.scopes)}),bt("is\
suer",{}),T("This is a provider that Sessionkeeper can use.")}catch(t){if(M.issuer.trim()!==e)return;let n=B(t),{issuer:s,...r}=M.faults;V({discovery:null,faults:{
issuer:n,...r}}),T(n)}}function Hr(e){let t={},n=(r,i,a)=>{i.trim()||(t[r]=a)},s=(r,i)=>{(e[r].trim()?!Be(e[r].trim()):i)&&(t[r]="Enter an address that begins w\
ith https://.")};if(e.way==="provider")for(let r of e.provider?.vars??[])n(`vars.${r.name}`,e.vars[r.name]??"","Fill this in.");return e.way==="issuer"&&s("issu\
er",!0),e.way==="manual"&&(s("authorize_url",!e.device),s("token_url",!0),s("device_url",e.device)),n("name",e.name,"Give the session a name."),n("client_id",e.
client_id,`Enter the ${Ro.client_id?.label??"client ID"}. You get it where you register the app.`),e.way==="provider"&&e.provider?.secret==="required"&&n("clien\
t_secret",e.client_secret,"This provider gives every app a secret. Enter it."),!t.name&&x().sessions.has(e.name.trim())&&(t.name="There is a session of this nam\
e. Choose another name."),t}function qr(e){let t={client_id:e.client_id.trim(),sign_in:e.device?{device:!0}:{no_browser:!0}};if(e.way==="provider"&&e.provider)t.
provider=e.provider.id,e.provider.vars?.length&&(t.vars=Object.fromEntries(e.provider.vars.map(s=>[s.name,(e.vars[s.name]??"").trim()])));else if(e.way==="issue\
r")t.issuer=e.issuer.trim();else for(let s of["authorize_url","token_url","device_url"])e[s].trim()&&(t[s]=e[s].trim());e.client_secret&&(t.client_secret=e.client_secret.
trim());let n=cn(e.scopes);return n.length>0&&(t.scopes=n),e.account.trim()&&(t.account=e.account.trim()),t}async function jo(){let e=M.name.trim(),t=Hr(M);if(Object.
keys(t).length>0)return V({faults:t,tried:M.tried+1});V({faults:{}});try{let n=await k("PUT",A(e),qr(M));if(!n.login)return zo();V({adding:e}),Zt(e,n.login,{ended:Wr})}catch(n){
let s=B(n);s&&Bo({[n instanceof H?n.field:""]:s})}}function Bo(e){V({faults:e,tried:M.tried+1,adding:""})}function Wr(e){if(e.status==="done")return zo();if(e.failure===
"cancelled")return V({adding:""});Bo(Ur(e))}function Ur(e){let t=e.detail||"The sign-in did not work. Try again.",n=e.field??"";return(n==="client_id"||n==="cli\
ent_secret")&&M.client_secret?{client_id:t,client_secret:je}:{[n]:t}}function zo(){let e=M.adding||M.name.trim();un(),T(Rr.added.replace("{name}",e)),location.hash=
""}import{fill as jr,isolated as Br,labels as ht,plain as zr,sentences as pn,titled as fn}from"./words.js";function kt({name:e,running:t}){let[n,s]=v(""),r=Re(t.login_url),
i=pn.device.split("{link}"),a=u=>{s(u),u&&T(u)},c=o(y,null,o(C,{run:()=>Co(e,t),label:`Cancel the sign-in to ${fn(e)}`},ht.cancel),!t.user_code&&!t.fresh&&!Kr(e)&&
o(C,{kind:"quiet",run:()=>ee(e,{device:!0,scopes:[...t.asked]}),failed:a,label:`${ht.another_device}: ${fn(e)}`},ht.another_device));return o("div",{class:"pane\
l","data-part":"sign-in",role:"group","aria-label":`${ht.sign_in}: ${fn(e)}`,tabIndex:-1,"data-home":!0},t.user_code?o(y,null,o("p",null,i[0],r&&o("a",{href:r,target:"\
_blank",rel:"noopener noreferrer"},zr(r)),i[1]),o("p",{class:"code"},o(Q,{text:t.user_code,what:"the code"}))):o(y,null,o("p",null,t.paste?pn.paste:jr(pn.waiting,
{name:Br(e)})),r&&o("p",null,o("a",{href:r,target:"_blank",rel:"noopener noreferrer"},"Open the sign-in page"))),t.detail&&o("p",{class:"soft"},o(w,{text:t.detail})),
t.user_code?n&&o("p",{class:"fault"},o(w,{text:n})):o(Gr,{name:e,running:t,tell:a,fault:n,beside:t.paste&&c}),!t.paste&&o("div",{class:"buttons"},c))}function Kr(e){
let{sessions:t,providers:n}=x(),s=n?.find(r=>r.id===t.get(e)?.provider);return s!==void 0&&!!s.token_url&&!s.device_url&&!s.issuer}function Gr({name:e,running:t,
fault:n,tell:s,beside:r}){let[i,a]=v(""),c=o(se,{run:()=>To(e,t,i),failed:s,label:"Finish",beside:r},o(W,{name:"address",label:t.paste?"The address of that page":
"Copy its whole address from the browser and paste it here",required:!0,focus:t.paste??!1,value:i,set:a,fault:n}));return t.paste?c:o("details",{class:"paste"},
o("summary",null,"The page at the end does not load?"),c)}import{plain as ze,titled as Qr}from"./words.js";function mn({provider:e,redirect:t}){let n=Re(e?.console_url);if(!t&&!n&&!e?.note)return null;let s=[];n?s.push(
o(y,null,"Open"," ",o("a",{href:n,target:"_blank",rel:"noopener noreferrer"},new URL(n).host),e?.note?".":" and register an app.")):e?.note||s.push("Register an\
 app there.");let r=e?.note?Jr(e.note,t):null;return e?.note&&s.push(r?o(y,null,o(Q,{text:t,what:"the return address",around:[r[0],r[1]]}),r[2]&&o("p",null,r[2])):
o(w,{text:e.note})),t&&!r&&s.push(o(y,null,"Give it this return address (redirect URI): ",o(Q,{text:t,what:"the return address"}))),o("div",{class:"register"},o(
"h3",null,"First, at ",e?Qr(e.name):"the provider"),o("ol",null,s.map((i,a)=>o("li",{key:a},i))))}function Jr(e,t){let n=t?e.indexOf(t):-1,[s,r]=[e.slice(0,n),e.
slice(n+t.length)];if(n<0||e.length>Yr||/^[\w/:%-]/.test(r))return null;let i=r.indexOf(". ")+1||r.length;return[ze(s),ze(r.slice(0,i)),ze(r.slice(i).trim())]}var Yr=400;
function _n({provider:e}){let t=e.facts??[];return t.length===0?null:o("details",{class:"known"},o("summary",null,"How long a sign-in lasts, and what ends it"),
o("dl",{class:"facts"},t.map(n=>o("div",{key:n.about},o("dt",null,ze(n.label)),o("dd",{class:n.known?void 0:"soft"},o(w,{text:n.text})))),o("div",null,o("dt",null,
"ends when"),o("dd",null,o("ul",null,["access is revoked at the provider",...e.ends_when??[]].map((n,s)=>o("li",{key:s},o(w,{text:n}))))))))}var Ko=e=>!!e.token_url&&
!e.authorize_url&&!e.device_url&&!e.issuer;function Go({provider:e}){let t=(e.vars??[]).map(r=>` --var ${r.name}=${(r.default??"")||"VALUE"}`).join(""),n=e.auth_style===
"none"?"":" --client-id ID",s=`sessionkeeper add NAME --provider ${e.id}${t}${n} --refresh-token-file FILE`;return o("div",{class:"register"},o("h3",null,"Then,\
 in a terminal"),o("p",null,"No page to sign in on is known here. Put a refresh token into a file and add the session with:"),o("p",null,o(Q,{text:ze(s),what:"t\
he command"})))}import{capital as Yo,fields as gn,fill as Xr,isolated as Zr,labels as xt,plain as St}from"./words.js";var ei=[["provider","From the list","Google, GitHub, Micro\
soft and others"],["issuer","By its address","Your company's or your own sign-in server"],["manual","By hand","You know its two addresses"]];function Xo({state:e}){
let t=Oo(),n=t.adding?e.signIns.get(t.adding):void 0,s=I(null);return o("section",{class:"add","aria-labelledby":"add-title"},o("h2",{id:"add-title",tabIndex:-1,
"data-home":!0,ref:s},xt.add.replace("…","")),n?o("div",{class:"card"},o(kt,{name:t.adding,running:n,key:n.id})):o(y,null,o("fieldset",{class:"ways"},o("legen\
d",null,"Where do you want to sign in?"),ei.map(([r,i,a])=>o("label",{key:r},o("input",{type:"radio",name:"way",value:r,checked:t.way===r,onChange:()=>V({way:r,
faults:{}})}),o("span",null,o("strong",null,i),o("span",{class:"soft"},a))))),t.way==="provider"&&!t.provider?o(ni,{providers:e.providers,search:t.search}):o(ii,
{d:t,all:e.providers??[]})))}var ti=["google","microsoft","github","gitlab","slack","atlassian"];function ni({providers:e,search:t}){if(!e)return o("p",{class:"\
soft"},"Reading the list …");let n=t.trim().toLowerCase(),s=e.filter(a=>a.name.toLowerCase().includes(n)||a.id.includes(n)).sort((a,c)=>a.name.localeCompare(c.
name)),r=n?[]:ti.map(a=>s.find(c=>c.id===a)).filter(a=>a!==void 0),i=s.filter(a=>!r.includes(a));return o("div",{class:"card"},o(W,{name:"search",type:"search",
label:"Find a provider",required:!0,value:t,set:a=>V({search:a})}),o("p",{class:"away",role:"status"},t?`${s.length} found`:""),r.length>0&&o(Qo,{providers:r,title:"\
Often used"}),i.length>0&&o(Qo,{providers:i,title:r.length>0?"All others":""}),s.length===0&&o("p",null,"It is not in the list."," ",o("button",{type:"button",class:"\
quiet",onClick:()=>V({way:"issuer"})},"Add it by its address")))}function Qo({providers:e,title:t}){return o(y,null,t&&o("h3",{class:"shelf"},t),o("ul",{class:"\
providers"},e.map(n=>o("li",{key:n.id},o("button",{type:"button",onClick:()=>Wo(n)},St(n.name))))))}var xe=e=>gn[e]??{label:e,hint:""},oi=(e,t=!1)=>t?xe(e).hint.
split("; ")[0]??"":xe(e).hint.replace(/; optional$/,"");function te({d:e,field:t,required:n,kind:s,more:r}){return o(W,{name:t,label:xe(t).label,hint:oi(t,n),required:n??
!1,type:s??"text",value:e[t],fault:e.faults[t],set:i=>bt(t,{...r,[t]:i})})}var Zo=e=>gn[e==="redirect"?"redirect_uri":e]?.label??Yo(St(e));function si({d:e,provider:t}){
return o(y,null,(t.vars??[]).map(n=>{let s=`vars.${n.name}`;return o(W,{key:n.name,name:s,label:Zo(n.name),hint:n.hint&&Yo(St(n.hint)),required:!0,value:e.vars[n.
name]??"",fault:e.faults[s],set:r=>bt(s,{vars:{...e.vars,[n.name]:r}})})}))}function Jo({provider:e}){return o("div",{class:"chosen"},o("strong",null,o("bdi",null,
St(e.name))),o("button",{type:"button",class:"quiet",onClick:()=>V({provider:null,faults:{}})},"Choose another"))}function ri(e,t){let n=Xr(e,Object.fromEntries(
Object.entries(t).filter(([,s])=>s.trim())));return/\{\w+\}/.test(n)?"":n}function ii({d:e,all:t}){let n=e.way==="provider"?e.provider:null,s=n??(e.way==="issue\
r"&&t.find(c=>c.id===e.discovery?.provider)),r=(n?.redirect_uri&&ri(n.redirect_uri,e.vars))??(e.way==="issuer"?e.discovery?.redirect_uri:void 0)??(e.way==="manu\
al"?"http://127.0.0.1/callback":""),i=n?.secret??"",a=e.way==="manual"||!!(n?n.device_url:e.discovery?.device_url);return n&&Ko(n)?o("div",{class:"card stack"},
o(Jo,{provider:n}),o(mn,{provider:n,redirect:""}),o(Go,{provider:n}),o(_n,{provider:n})):o(se,{class:"card",run:jo,label:xt.sign_in,cancel:()=>{un(),location.hash=
""}},o(ai,{d:e}),n&&o(Jo,{provider:n}),e.way==="issuer"&&o(ci,{d:e}),e.way==="manual"&&o(y,null,o(te,{d:e,field:"authorize_url",kind:"url",required:!e.device}),
o(te,{d:e,field:"token_url",kind:"url",required:!0}),o(te,{d:e,field:"device_url",kind:"url",required:e.device})),o(mn,{provider:n,redirect:r}),s&&o(_n,{provider:s}),
n&&o(si,{d:e,provider:n}),o(te,{d:e,field:"name",required:!0,more:{named:!0}}),o(te,{d:e,field:"client_id",required:!0}),i!=="none"&&o(te,{d:e,field:"client_sec\
ret",kind:"secret",required:i==="required"}),o(te,{d:e,field:"scopes",more:{scoped:!0}}),o(te,{d:e,field:"account"}),a&&o("label",{class:"check"},o("input",{type:"\
checkbox",checked:e.device,onChange:c=>V({device:c.currentTarget.checked})}),xt.another_device))}function ai({d:e}){let t=I(null),n=Object.entries(e.faults),s=e.
faults.client_secret===je?n.length-1:n.length;if(D(()=>{e.tried>0&&t.current?.focus()},[e.tried]),n.length===0||e.tried===0)return null;let r=i=>a=>{a.preventDefault(),
t.current?.closest("form")?.elements.namedItem(i)?.focus()};return o("div",{class:"faults",ref:t,tabIndex:-1,role:"group","aria-labelledby":"faults-title"},o("h\
3",{id:"faults-title"},s===1?"Something is not right yet":`${s} things are not right yet`),o("ul",null,n.map(([i,a])=>{let c=i.startsWith("vars.")?Zo(i.slice(5)):
gn[i]?.label;return o("li",{key:i},c&&o(y,null,o("a",{href:`#${i}`,onClick:r(i)},c),":"," "),o(w,{text:a}))})))}var li=700;function ci({d:e}){let[t,n]=v(!1);L(()=>{
if(!Be(e.issuer.trim())||e.discovery)return;let r=setTimeout(()=>{n(!0),Uo().finally(()=>n(!1))},li);return()=>clearTimeout(r)},[e.issuer]);let s=e.discovery;return o(
y,null,o(te,{d:e,field:"issuer",kind:"url",required:!0,more:{discovery:null}}),t&&o("p",{class:"soft"},"Asking …"),e.faults.issuer&&Be(e.issuer)&&o("p",null,o(
"button",{type:"button",class:"quiet",onClick:()=>V({way:"manual",faults:{}})},"Enter its addresses by hand")),s&&o("div",{class:"found"},o("p",{class:"good"},o(
"strong",null,"Sessionkeeper can use this provider.")),o("p",null,s.offline?"It can keep you signed in.":"It does not say that it can keep you signed in: the se\
ssion may end after a short while."),o("details",null,o("summary",null,xt.details),o("dl",{class:"facts"},[["Issuer",s.issuer],[xe("authorize_url").label,s.authorize_url],
[xe("token_url").label,s.token_url],[xe("device_url").label,s.device_url]].map(([r,i])=>i&&o("div",{key:r},o("dt",null,r),o("dd",null,o("code",null,Zr(i)))))))))}var fe=null,vn=[];function ts(e){fe=e,vn=[];for(let t=fe.parentElement;t;t=t.parentElement)vn.push(t)}var es=e=>e.isConnected&&e.getClientRects().length>0;function di(){
let e=document.activeElement;if(e&&e!==document.body){e!==fe&&ts(e);return}if(fe){if(es(fe))return fe.focus({preventScroll:!0});for(let t of vn){if(!es(t))continue;
let n=t.querySelector("[data-home]");if(n)return n.focus({preventScroll:!0})}}}function ns(e){e.addEventListener("focusin",t=>ts(t.target)),e.ownerDocument.addEventListener(
"pointerdown",()=>fe=null),new MutationObserver(di).observe(e,{childList:!0,subtree:!0})}import{tone as ui}from"./words.js";var yn=o("circle",{cx:"12",cy:"12",r:"10",class:"full"}),os={active:o("g",null,yn,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.\
5"})),retrying:o("path",{class:"line",d:"M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6"}),expiring:o("path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9\
.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),sign_in_needed:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("path",{class:"cut",d:"M12 8.5v6M12 18v.1"})),setup_needed:o(
"g",null,o("path",{class:"full",d:"M12 .8 23.2 12 12 23.2.8 12z"}),o("path",{class:"cut",d:"M12 6.5v6.5M12 17v.1"})),keychain_locked:o("g",null,o("path",{class:"\
full",d:"M4.5 10.5h15v11h-15z"}),o("path",{class:"line",d:"M8 10V7a4 4 0 0 1 8 0v3"})),paused:o("g",null,yn,o("path",{class:"cut",d:"M9.3 8.2v7.6M14.7 8.2v7.6"})),
signed_out:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"}),ok:o("g",null,yn,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.5"})),wait:o(
"path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),bad:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("pat\
h",{class:"cut",d:"M12 8.5v6M12 18v.1"})),off:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"})},pi={ok:"good",wait:"wait",bad:"b\
ad",off:"off"};function U({of:e}){return o("svg",{class:"mark","data-tone":pi[e]??ui(e),viewBox:"0 0 24 24",width:"24",height:"24","aria-hidden":"true"},os[e]??
os.wait)}import{about as fi,capital as mi,checkWord as Pe,fill as ss,keychainProblem as _i,keychainWord as gi,labels as wn,machineProblem as Se,plain as Ke}from"./words.js";
function rs({state:e}){let[t,n]=v("");L(()=>{he().catch(r=>n(B(r)))},[]);let s=e.health;return o("section",{"aria-labelledby":"health-title"},o("h2",{id:"health\
-title",tabIndex:-1,"data-home":!0},"Health"),t&&o("p",{class:"fault"},o(w,{text:t})),s&&o("ul",{class:"card parts"},vi(s).map(r=>o(ki,{key:r.name,check:r}))),o(
Pi,null))}function vi(e){let{keychain:t,history:n,socket:s,http:r,clock:i,faults:a}=e,c=[{name:"Keeper",well:ss(Pe("keeper"),{pid:String(e.pid),version:e.version})},
{name:"Keychain",well:mi(gi(t.state)),detail:t.detail,problem:t.state==="ok"?void 0:_i(t.state)},{name:"Clock",well:bi(e),mark:i?.state==="ok"?"ok":"off",problem:i?.
state==="wrong"?hi(i):void 0},{name:"History",well:Pe("history"),detail:n.detail,problem:n.state==="down"?Se("history_down"):void 0},{name:"Programs",well:Pe("s\
ocket"),detail:s.detail,problem:s.state==="down"?Se("socket_down"):void 0},{name:"Page",well:Pe("page"),detail:r.detail,problem:r.state==="down"?Se("page_down"):
void 0}];t.spilled&&c.push({name:"Waiting records",well:"",problem:Se("waiting_records",{count:String(t.spilled)})});for(let u of a??[]){let d=Se("broken_file",
{fault:Ke(u.detail).replace(/\.$/,"")});c.push({name:`File: ${u.name||"config.toml"}`,well:"",problem:d})}return c}var yi={d:864e5,h:36e5,m:6e4,s:1e3,ms:1};function wi(e){
let t=0;for(let[,n,s]of e.matchAll(/([\d.]+)(ms|[dhms])/g))t+=Number(n)*(yi[s]??0);return e.startsWith("-")?-t:t}var bi=({clock:e})=>e?.state==="ok"?ss(Pe("cloc\
k"),{host:Ke(e.seen??"the providers")}):Pe("clock_unknown");function hi(e){let t=wi(e.skew??"");return Se("clock_wrong",{span:fi(Math.abs(t)),side:t<0?"behind":
"ahead of",host:Ke(e.seen||"the providers")})}function ki({check:e}){return o("li",null,o(U,{of:e.problem?"bad":e.mark??"ok"}),o("div",null,o("h3",null,o("bdi",
null,Ke(e.name))),e.problem?o(xi,{problem:e.problem,detail:e.detail}):o("p",{class:"soft"},e.well)))}function xi({problem:e,detail:t}){let n=(e.more||t)&&o("det\
ails",null,o("summary",null,wn.details),e.more&&o("p",null,e.more),t&&o("p",null,o(w,{text:t})));return o(y,null,o("p",null,o("strong",null,e.title,". "),o(w,{text:e.
detail})),e.action==="unlock"&&o(bn,{label:e.label}),n)}function bn({label:e}){let[t,n]=v("");return o(y,null,o("p",{class:"buttons"},o(C,{kind:"main",run:async()=>{
await k("POST","/v1/keychain/unlock",{}),await he()},failed:i=>{n(i),i&&T(i)},label:`${e} the keychain`},e)),t&&o("p",{class:"fault"},o(w,{text:t})))}var Si={systemd:"\
a systemd service",xdg:"a desktop entry",launchd:"a launch agent","run-key":"an entry of the registry"};function Pi(){let[e,t]=v(null),[n,s]=v("");L(()=>{k("GET",
"/v1/autostart").then(t,i=>s(B(i)))},[]);let r=async()=>{let i=await k("PUT","/v1/autostart",{on:!e?.on});t(i),T(`${wn.autostart}: ${i.on?"on":"off"}`)};return!e&&
!n?null:o("div",{class:"card start"},e&&o(y,null,o(Ti,{on:e.on,turn:r,tell:s}),e.path&&o("p",{class:"soft"},e.on?"Installed: ":"Would install: ",Si[e.kind??""]??
""," ",o("code",null,Ke(e.path))),e.detail&&o("p",null,o(w,{text:e.detail}))),n&&o("p",{class:"fault"},o(w,{text:n})))}function Ti({on:e,turn:t,tell:n}){let[s,r]=wt(
t,n);return o("button",{type:"button",role:"switch",class:"switch","aria-checked":e,"aria-disabled":s||void 0,onClick:r},o("span",{class:"slot","aria-hidden":"t\
rue"},o("span",{class:"knob"})),wn.autostart,o("span",{class:"soft","aria-hidden":"true"},e?"On":"Off"))}import{count as Ci,fill as hn,from as $i,isolated as Ni,outcomeWord as Ei,plain as Ge,programWord as Mi,reasonWord as is,sentences as Qe,span as Ai,stateWord as Vi}from"./words.js";
function Pt(e,t){let[n,s]=v({entries:null,fault:""}),[r,i]=v(0);return L(()=>{let a=!1,c=[],u=Mo(p=>{if(!p)return i(l=>l+1);let m=p.filter(l=>!e||l.session===e).
reverse();m.length!==0&&s(l=>l.entries===null?(c=[...m,...c].slice(0,t),l):{...l,entries:[...m,...l.entries].slice(0,t)})}),d=e?A(e,"/history"):"/v1/history";return k(
"GET",`${d}?limit=${t}`).then(p=>{let m=p[0]?Date.parse(p[0].at):0,l=c.filter(f=>Date.parse(f.at)>m);a||s({entries:[...l,...p].slice(0,t),fault:""})},p=>{a||s({
entries:[],fault:B(p)})}),()=>{a=!0,u()}},[e,t,r]),n}function as(e,t,n){let s=Date.parse(t??"")-Date.parse(e.at);return Number.isNaN(s)?"":n(s)}function ls(e){let t=e.
detail??{},n=[];if(e.type==="session.state")n.push([t.was,t.state].filter(Boolean).map(s=>Vi(s)).join(" → ")),t.reason&&n.push(is(t.reason));else if(e.type===
"token.handed_out")n.push(...Ii(t));else if(e.type==="token.renewed")n.push(as(e,t.expires_at,s=>hn(Qe.good_for,{span:Ai(s)})));else if(e.type==="session.warnin\
g")t.kind==="outage"?n.push(Qe.outage):n.push(as(e,t.ends_at,s=>hn(Qe.ends_when,{when:$i(s)})));else if(e.type==="consent.opened"||e.type==="consent.done")t.kind===
"auto"&&n.push(Qe.by_itself),t.outcome&&t.outcome!=="done"&&n.push(Ge(Ei(t.outcome)));else{t.reason&&n.push(is(t.reason));let s=t.code??"";t.message&&t.message.
replaceAll(" ","_")!==s&&n.push(Ge(t.message)),s&&s!==`http_${t.http_status}`&&n.push(Ge(s)),t.http_status&&n.push(`status ${Ge(t.http_status)}`)}return n.filter(
Boolean).join(" · ")}function Ii(e){let t=s=>Ni(Mi(s)),n=Number(e.count);return[t(e.program??""),n>0?Ci("times",n):"",e.parent?hn(Qe.started_by,{program:t(e.parent)}):
"",e.face&&e.face!=="socket"?Ge(e.face):""]}function Tt(e){switch(e.type){case"token.renewed":return"renewed";case"refresh.failed":return"failed";case"session.w\
arning":return"warned";case"consent.done":return e.detail?.outcome==="cancelled"?"":e.detail?.outcome&&e.detail.outcome!=="done"?"failed":"consent";default:return""}}var cs=.12;function ds(e,t,n,s,r){let i=n+s*cs/(1-cs),a=n-s,c=(i-a)/Math.max(1,r),u={start:a,end:i,bars:[],signs:[],counts:{renewed:0,failed:0,warned:0,consent:0}},
d=1/0,p={};for(let m of t){let l=Date.parse(m.at),f=Tt(m);if(f==="renewed"||f==="consent"){let g=Date.parse(m.detail?.expires_at??(d===1/0?e?.access_expires_at??
"":"")),b=Math.min(Number.isNaN(g)?Math.min(d,n):g,d,i);b>a&&Li(u.bars,{from:Math.max(l,a),to:b},c),d=l}if(m.type==="session.state"&&m.detail?.state==="signed_o\
ut"&&(d=l),!f||l<a)continue;u.counts[f]++;let _=p[f];if(_&&_.at-l<c*7?_.n++:u.signs.push(p[f]={at:l,kind:f,n:1}),l<a)break}return u}function Li(e,t,n){let s=e[e.
length-1];s&&s.to-t.from<n*5&&s.from-t.to<n?s.from=t.from:e.push(t)}import{eventWord as Fi,plain as Ri,sentences as ps,titled as Sn}from"./words.js";var J=36e5,us=[["1 hour",J],["24 hours",24*J],["7 days",168*J]],Di=4e3,Oi=1e4,Hi=[
["renewed","renewed"],["failed","failed"],["warned","warned"],["consent","signed in"]];function Ct({name:e,session:t}){let[n,s]=v(24*J),r=Pt(e,Di);if(r.fault)return o(
"p",{class:"fault"},o(w,{text:r.fault}));let i=us.find(([,a])=>a===n)?.[0]??"";return o("div",{class:"timeline"},o("div",{class:"ranges",role:"group","aria-labe\
l":`Time shown of ${Sn(e)}`},us.map(([a,c])=>o("button",{type:"button",key:a,"aria-pressed":n===c,onClick:()=>s(c)},a))),r.entries?o(Wi,{name:e,session:t,entries:r.
entries,span:n,spoken:i}):o("p",{class:"soft"},"Reading …"),r.entries&&o(Ki,{entries:r.entries,name:e}))}function qi(){let e=I(null),[t,n]=v(0);return L(()=>{
if(!e.current)return;let s=new ResizeObserver(([r])=>r&&n(Math.floor(r.contentRect.width)));return s.observe(e.current),()=>s.disconnect()},[]),[e,t]}var kn=60,
Je=18,xn=14,me=74;function Wi({name:e,session:t,entries:n,span:s,spoken:r}){let i=O(),[a,c]=qi();ye(_=>Math.floor(_/Oi));let u=Le(),d=ds(t,n,u,s,c),p=_=>Math.round(
(_-d.start)/(d.end-d.start)*c*10)/10,m=Bi(s,u,d.start),l=Math.ceil((kn+8)/(p(d.start+fs(s))||1)),f=Hi.filter(([_])=>d.counts[_]>0).map(([_,g])=>`${d.counts[_]} \
times ${g}`);return o(y,null,o("div",{class:"picture",ref:a},c>0&&o("svg",{role:"img","aria-labelledby":`${i}-title ${i}-desc`,width:c,height:me,viewBox:`0 0 ${c}\
 ${me}`},o("title",{id:`${i}-title`},`The last ${r} of ${Sn(e)}`),o("desc",{id:`${i}-desc`},f.length>0?`${f.join(", ")}.`:ps.nothing_happened),o("path",{class:"\
axis",d:`M0 ${me-20.5}H${c}`}),m.map(([_,g],b)=>{let $=p(_),h=$>kn/2&&Math.abs($-p(u))>kn*.85;return o(y,{key:_},o("path",{class:"axis",d:`M${$} ${me-24}v7`}),h&&
(m.length-b)%l===0&&o("text",{x:$,y:me-5,"text-anchor":"middle"},g))}),d.bars.map(_=>o("rect",{class:"life",key:_.from,x:p(_.from),y:Je+8,rx:"2",height:xn,width:Math.
max(2,p(_.to)-p(_.from)-1)})),o("path",{class:"now",d:`M${p(u)} 4V${me-18}`}),o("text",{class:"now-word",x:p(u),y:me-5,"text-anchor":"middle"},"now"),d.signs.map(
_=>o(Ui,{key:_.kind+_.at,sign:_,x:p(_.at)})))),o(ji,null))}function Ui({sign:e,x:t}){switch(e.kind){case"renewed":return o("path",{class:"renewed",d:`M${t} ${Je+
5}v${xn+6}`});case"failed":return o("path",{class:"failed",d:`M${t-4.5} ${Je-13}l9 9m0-9l-9 9`});case"warned":return o("path",{class:"warned",d:`M${t} ${Je-14}l\
6 11h-12z`});case"consent":return o("path",{class:"consent",d:`M${t} ${Je+8+xn/2-9}l6.5 9l-6.5 9l-6.5-9z`})}}var ji=ke(()=>o("ul",{class:"legend","aria-hidden":"\
true"},o("li",null,o("svg",{width:"22",height:"16"},o("rect",{class:"life",x:"1",y:"3",width:"20",height:"10",rx:"2"})),"good for"),o("li",null,o("svg",{width:"\
10",height:"16"},o("path",{class:"renewed",d:"M5 1v14"})),"renewed"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"consent",d:"M8 1l6 7l-6 7l-6-\
7z"})),"signed in"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"warned",d:"M8 2l6 11h-12z"})),"warned"),o("li",null,o("svg",{width:"14",height:"\
16"},o("path",{class:"failed",d:"M2 3l10 10m0-10l-10 10"})),"failed"))),fs=e=>e<=J?J/6:e<=24*J?4*J:24*J;function Bi(e,t,n){let s=fs(e),r=new Date(t).getTimezoneOffset()*
6e4,i=[];for(let a=Math.ceil((n-r)/s)*s+r;a<t;a+=s){let c=new Date(a);i.push([a,s<24*J?c.toLocaleTimeString(void 0,{hour:"2-digit",minute:"2-digit"}):c.toLocaleDateString(
void 0,{weekday:"short"})])}return i}var zi=50;function Ki({entries:e,name:t}){let[n,s]=v(zi),[r,i]=v(!1);return o("details",{class:"rows",onToggle:a=>i(a.currentTarget.
open)},o("summary",null,"As a table"),r&&o(Pn,{caption:`What happened to ${Sn(t)}`,entries:e.slice(0,n),names:!1}),r&&e.length>n&&o("button",{type:"button",onClick:()=>s(
n*4)},"Show more"))}var Pn=ke(({caption:e,entries:t,names:n})=>t.length===0?o("p",{class:"soft"},ps.nothing_happened,"."):o("table",null,o("caption",{class:"awa\
y"},e),o("thead",null,o("tr",null,o("th",{scope:"col"},"When"),n&&o("th",{scope:"col"},"Session"),o("th",{scope:"col"},"What"))),o("tbody",null,t.map((s,r)=>o(Gi,
{key:`${s.at} ${s.session} ${s.type} ${t.length-r}`,entry:s,names:n}))))),Gi=ke(({entry:e,names:t})=>{let n=ls(e);return o("tr",{"data-kind":Tt(e)},o("td",null,
o("time",{dateTime:e.at},vt(e.at))),t&&o("td",{class:"whose"},o("bdi",null,Ri(e.session))),o("td",null,Fi(e.type),n&&o("span",{class:"soft"},": ",o(w,{text:n}))))});import{labels as Qi,titled as Ji}from"./words.js";var Yi=100,Xi=1e4;function ms({state:e}){let[t,n]=v(""),s=O(),r=[...e.sessions.keys()].sort();return o("sectio\
n",{"aria-labelledby":`${s}-title`},o("h2",{id:`${s}-title`,tabIndex:-1,"data-home":!0},Qi.history),r.length>0&&o("div",{class:"field"},o("label",{for:s},"Sessi\
on"),o("select",{id:s,value:t,onChange:i=>n(i.currentTarget.value)},o("option",{value:""},"All sessions"),r.map(i=>o("option",{key:i,value:i},Ji(i))))),t?o("div",
{class:"card",key:t},o(Ct,{name:t,session:e.sessions.get(t)??null})):o(Zi,null))}function Zi(){let[e,t]=v(Yi),{entries:n,fault:s}=Pt("",e);return s?o("p",{class:"\
fault"},o(w,{text:s})):n?o("div",{class:"card"},o(Pn,{caption:"What happened to all sessions",entries:n,names:!0}),n.length>=e&&e<Xi&&o("button",{type:"button",
onClick:()=>t(e*4)},"Show more")):o("p",{class:"soft"},"Reading …")}import{count as gs,fill as $t,from as ea,isolated as _s,labels as Te,programWord as ta,sentences as F,span as na,titled as oa}from"./words.js";var sa=e=>`/v1/ap\
provals/${encodeURIComponent(e.id)}`;async function vs(e,t,n){try{await k(e,sa(t),n)}finally{await Qt(),Z()}}function ys({state:e}){let t=O(),n=ue(e.approvals);
return n.length===0?null:o("section",{class:"questions","aria-labelledby":t,"data-part":"questions"},o("h2",{id:t,tabIndex:-1,"data-home":!0},gs("asking",n.length)),
o("ul",null,n.map(s=>o(ra,{key:s.id,approval:s}))))}function ra({approval:e}){let t=Jt(e),n=(s,r,i)=>o(C,{...i&&{kind:i},run:()=>vs("POST",e,r),label:`${s}: ${t}`},
s);return o("li",{class:"card question","data-tone":"wait"},o(U,{of:"wait"}),o("div",null,o("h3",null,t),o(ws,{approval:e}),o("p",{class:"soft"},o(bs,{text:F.answer_by,
approval:e}),(e.waiting??0)>1&&` · ${gs("waiting_requests",e.waiting??0)}`),!e.lasting&&e.program&&o("p",{class:"soft"},F.no_hour),o("div",{class:"buttons"},e.
lasting&&n(Te.allow_hour,{allow:!0,hour:!0},"main"),n(Te.allow_once,{allow:!0},e.lasting?"":"main"),n(Te.deny,{allow:!1},"danger"))))}function ws({approval:e}){
let t=e.pid&&e.state==="asking"?` (process ${e.pid})`:"",n=[[F.program_path,e.program,t],[F.program_parent,e.parent,""],[F.program_folder,e.dir,""]];return o("d\
l",{class:"where"},n.map(([s,r,i])=>r&&o("div",{key:s},o("dt",null,$t(s,{path:""}).trim()),o("dd",null,o("code",null,o(w,{text:r})),i))))}function bs({text:e,approval:t}){
let n=r=>Date.parse(t.until??"")-r,s=ye(r=>$t(e,{when:ea(n(r)),span:na(n(r))}));return o(y,null,s)}function ia(e){return e.state==="allowed"&&e.running?F.answered_run:
e.state==="allowed"?e.once?F.answered_once:F.answered_yes:e.unheard?F.answered_not:F.answered_no}function aa({approval:e}){let t={program:_s(ta(e.program)),name:_s(
e.session)},n=$t(e.state==="allowed"?F.allowed:F.denied,t);return o("li",null,o(U,{of:e.state==="allowed"?"ok":"off"}),o("div",null,o("h3",null,n),o("p",{class:"\
soft"},o(bs,{text:ia(e),approval:e})),o(ws,{approval:e}),o("div",{class:"buttons"},o(C,{run:()=>vs("DELETE",e),label:`${Te.revoke}: ${n}`},Te.revoke))))}function hs({
state:e}){let t=e.approvals,n=t?.approvals.filter(s=>s.state!=="asking")??[];return o("section",{"aria-labelledby":"programs-title"},o("h2",{id:"programs-title",
tabIndex:-1,"data-home":!0},Te.programs),n.length>0&&o("ul",{class:"card parts answers"},n.map(s=>o(aa,{key:s.id,approval:s}))),t&&t.approvals.length===0&&o("p",
null,F.no_approvals,"."),t&&o("p",{class:"soft about"},t.sessions.length>0?$t(F.asked_about,{names:t.sessions.map(oa).join(", ")}):F.no_approvals_detail))}import{fill as Ye,isolated as la,labels as ks,programWord as xs,remoteWord as Cs,sentences as re,stateWord as $s,titled as Nt}from"./words.js";async function Ss(e){
return k("POST",A(e,"/logout"),{})}function ca(e,t){let n=t.remote==="revoked"||t.remote==="nothing"?"":t.detail||Cs(t.remote);n&&j(e,`${$s("signed_out")}: ${n}`)}
async function Ps(e){await k("DELETE",A(e)),j(e,""),T(`“${la(e)}” was removed.`)}var Tn=5;function da({face:e,label:t,program:n,pid:s}){let r=Nt(t||xs(n??""));
if(e==="file")return Ye(re.used_file,{name:r});if(e==="proxy")return Ye(re.used_proxy,{name:r});let i=n?Nt(xs(n)):r,a=[t&&i!==r?i:"",s?`process ${s}`:""].filter(
Boolean).join(", ");return a?`${r} (${a})`:r}function Ts({uses:e}){return e.length===0?null:o("div",{class:"uses"},o("p",null,o("strong",null,re.stop_working)),
o("ul",null,e.slice(0,Tn).map((t,n)=>o("li",{key:n},da(t))),e.length>Tn&&o("li",null,"and ",e.length-Tn," more")))}function Ns({question:e,session:t}){let n=I(null),
[s,r]=v("");D(()=>n.current?.showModal(),[]);let i=()=>n.current?.close(),a=m=>async()=>{await m(),i()},c=async()=>{let{remote:m}=await Ss(e.name);if(m==="unrea\
chable"||m==="unsupported")throw new H(`${$s("signed_out")}: ${Cs(m)}.`);await Ps(e.name),i()},u=o("button",{type:"button",onClick:i},ks.cancel),d=Nt(e.name),p=e.
what==="sign_out"?o(y,null,o("h2",{id:"question"},Ye(re.confirm_sign_out,{name:d})),o("p",null,re.confirm_sign_out_detail),e.related.length>0&&o("p",null,o("str\
ong",null,o(w,{text:Ye(re.related,{names:e.related.map(Nt).join(", ")})}))),o(Ts,{uses:e.uses}),s&&o("p",{class:"fault"},o(w,{text:s})),o("div",{class:"buttons"},
u,o(C,{kind:"danger",failed:r,run:a(async()=>ca(e.name,await Ss(e.name)))},ks.sign_out))):o(y,null,o("h2",{id:"question"},Ye(re.confirm_remove,{name:d})),o("p",
null,re.confirm_remove_detail),o(Ts,{uses:e.uses}),s&&o("p",{class:"fault"},o(w,{text:s})),o("div",{class:"buttons"},u,t&&t.state!=="signed_out"&&o(C,{kind:"dan\
ger",failed:r,run:c},"Sign out and remove"),o(C,{kind:"danger",failed:r,run:a(()=>Ps(e.name))},"Remove")));return o("dialog",{ref:n,"aria-labelledby":"question",
onClose:()=>P({question:null})},p)}import{commandOf as ua,fields as pa,isolated as fa,labels as z,reasonWord as ma,stateWord as _a,titled as ga}from"./words.js";var ie=e=>e?o("time",{dateTime:e},
vt(e)):null,Ce=e=>e?o("code",null,o(w,{text:e})):null,va=pa.name?.label??"Name";function Es({session:e,problem:t}){let n=e.last_error,s=[[va,ga(e.name)===e.name?
null:o(w,{text:e.name})],[z.state,o(y,{key:"state"},_a(e.state),e.reason&&`: ${fa(ma(e.reason))}`," (",Ce([e.state,e.reason].filter(Boolean).join(", ")),")")],[
"Why",t?.more],["The keeper says",e.detail&&o(w,{text:e.detail})],["Last error",n&&o(y,null,Ce(n.code),n.http_status?` (${z.http_status} ${n.http_status})`:"","\
, ",ie(n.at),n.message&&o(y,null,": ",o(w,{text:n.message})))],[z.provider,e.provider===e.issuer?null:Ce(e.provider)],[z.provider_address,Ce(e.issuer)],[z.account,
[e.account.name,e.account.email,e.account.sub].filter(Boolean).map((r,i)=>o(y,{key:i},i>0&&" · ",o(w,{text:r})))],[z.app_id,Ce(e.client_id)],[z.signed_in,ie(e.
signed_in_at)],[z.last_renewed,ie(e.last_refresh_at)],[z.renews,ie(e.renew_at)],["Access token ends",ie(e.access_expires_at)],["Warns",ie(e.warn_at)],[z.ends,ie(
e.ends_at)],[z.next_try,ie(e.next_try_at)],["Generation",e.generation>0?Ce(String(e.generation)):null],["Command",t?.command&&o(Q,{text:ua(t.command,e.name),what:"\
the command"})]];return o("dl",{class:"facts"},s.filter(([,r])=>r&&!(Array.isArray(r)&&r.length===0)).map(([r,i])=>o("div",{key:r},o("dt",null,r),o("dd",null,i))))}import{fill as Et,from as Mt,sentences as At,span as ya,tone as Cn}from"./words.js";var Nn=200,En=(e,t)=>e?Date.parse(e)-t:NaN;function $n(e,t,n){let s=En(t,Date.
parse(e??"")),r=En(t,n);return s>0&&r>0?Math.min(Nn,Math.ceil(r/s*Nn)):-1}function wa(e,t){let n={words:"",quiet:"",bar:-1,tone:"good"};if(e.state==="paused"||e.
state==="signed_out")return n;let[s,r,i,a]=[e.ends_at,e.renew_at,e.next_try_at,e.usable_until].map(_=>En(_,t)),c=e.state==="active"||e.state==="expiring",u=a>0?
`Programs can use it for ${ya(a)} more`:"",d=s<=0?Et(At.ended,{when:Mt(s)}):"";if(!c&&e.state!=="retrying")return{...n,words:d,quiet:u,tone:Cn(e.state)};let p=[];
e.state==="retrying"&&i>0&&p.push(Et(At.next_try,{when:Mt(i)}));let m=!e.ends_firm&&s>0&&e.state!=="expiring",l=!Number.isNaN(s)&&!m;if(c&&r>0&&!(l&&r>=s)&&p.push(
Et(At.renews,{when:Mt(r)})),l)return!c&&u&&p.unshift(u),{words:d||Et(At.ends,{when:Mt(s)}),quiet:p.join(" · "),bar:$n(e.signed_in_at??e.last_refresh_at,e.ends_at,
t),tone:e.state==="active"?"good":Cn(e.state)};if(c&&r>0)return{...n,tone:"off",quiet:p.join(" · "),bar:$n(e.last_refresh_at??e.signed_in_at,e.renew_at,t)};let f=$n(
e.last_refresh_at??e.signed_in_at,e.usable_until,t);return{words:u,quiet:p.join(" · "),bar:f,tone:Cn(e.state)}}function Ms({session:e}){let t=O(),n=ye(c=>{let u=wa(
e,c);return[u.words,u.quiet,u.bar,u.tone].join(`
`)}),[s,r,i,a]=n.split(`
`);return!s&&!r?null:o("div",{class:"times"},i!=="-1"&&o("progress",{class:s?"":"quiet","data-tone":a,max:Nn,value:Number(i),"aria-labelledby":t}),o("p",{id:t,class:"\
time"},s&&o("span",{class:"ends"},s),s&&r&&" ",r&&o("span",{class:"soft"},r)))}import{fields as As,fill as ba,isolated as ha,labels as R,plain as Mn,problemOf as ka,sentences as xa,stateWord as Vs,titled as Ze,tone as Sa}from"./words.js";var Xe=(e,t,n={})=>k(
"POST",A(e.name,t),n),Is=ke(({session:e,provider:t,running:n,opened:s,locked:r,note:i})=>{let[a,c]=v(!1),u=O(),d=e.account.email||e.account.name||e.account.sub||
"",p=ka(e),m=r&&e.state==="keychain_locked",l=f=>j(e.name,f);return o("li",{class:"session card","data-tone":Sa(e.state),"data-state":e.state},o(U,{of:e.state}),
o("div",{class:"head"},o("h3",{tabIndex:-1,"data-home":!0,dir:"auto"},Mn(e.name)),o("p",{class:"who"},d&&o("bdi",null,Mn(d)),d&&t&&" · ",t&&o("bdi",null,Mn(t)))),
o("p",{class:"state"},Vs(e.state)),o("button",{type:"button",class:"quiet fold","aria-expanded":a,"aria-controls":a?u:void 0,"aria-label":`${R.details} of ${Ze(
e.name)}`,onClick:()=>c(!a)},R.details,o("svg",{viewBox:"0 0 12 12",width:"12",height:"12","aria-hidden":"true"},o("path",{d:"m2 4 4 4 4-4"}))),o("div",{class:"\
rest"},m?o("p",{class:"why"},"Waits for the keychain"):o(Pa,{session:e,problem:p}),o(Ms,{session:e}),i&&o(Ta,{session:e,told:i}),n?o(kt,{name:e.name,running:n,key:n.
id}):!m&&o($a,{session:e,problem:p,opened:s,tell:l}),a&&o("div",{id:u,class:"details"},o(Ea,{session:e,asked:n!==void 0||p?.action==="sign_in_again",tell:l}),o(
Ct,{name:e.name,session:e}),o(Lo,{session:e,declined:i?.declined??[],running:n!==void 0}),o(Es,{session:e,problem:p}))))});function Pa({session:e,problem:t}){if(!t)
return e.detail?o("p",{class:"why"},o(w,{text:e.detail})):null;let n=t.title.toLowerCase(),s=Vs(e.state).toLowerCase().split(" ").every(i=>n.includes(i)),r=e.reason===
"scope_changed"?e.scopes_missing??[]:[];return o("div",{class:e.state==="active"?"why told":"why","data-tone":"wait"},o("p",null,!s&&o("strong",null,t.title,". "),
t.detail),r.length>0&&o("p",{class:"soft"},"Missing: ",o(w,{text:r.join(", ")})),e.detail&&(e.state==="setup_needed"||e.state==="paused")&&o("p",{class:"soft"},
o(w,{text:e.detail})))}function Ta({session:e,told:t}){return o("div",{class:"note told","data-tone":t.failure?"bad":"wait"},o("p",null,o(w,{text:t.text})),t.failure===
"wrong_account"&&e.reason!=="wrong_account"&&o(Ls,{session:e,tell:n=>j(e.name,n)}))}function Ls({session:e,tell:t}){return o(C,{run:()=>ee(e.name,{as_other:!0}),
failed:t,label:`Use the other account for ${Ze(e.name)}`},"Use the other account")}var Ca=e=>e.state==="active"&&e.scopes_missing?.length?{scopes:e.scopes_missing}:
{};function $a({session:e,problem:t,opened:n,tell:s}){let r=Ze(e.name);if(n)return o("div",{class:"panel","data-part":"opened"},o("p",null,ba(xa.waiting,{name:ha(
e.name)})),o("div",{class:"buttons"},o(C,{run:()=>ee(e.name),failed:s,label:`Open the page again: ${r}`},"Open the page again")));switch(t?.action){case"sign_in":case"\
sign_in_again":return o("div",{class:"buttons"},o(C,{kind:"main",run:()=>ee(e.name,Ca(e)),failed:s,label:`${t.label} to ${r}`},t.label),e.reason==="wrong_accoun\
t"&&o(Ls,{session:e,tell:s}));case"resume":return o("div",{class:"buttons"},o(C,{kind:"main",run:()=>Xe(e,"/resume"),failed:s,label:`${t.label} ${r}`},t.label));case"\
unlock":return o("div",{class:"buttons"},o(C,{kind:"main",run:()=>k("POST","/v1/keychain/unlock",{}),failed:s,label:`${t.label} the keychain for ${r}`},t.label));case"\
set_secret":return o(Na,{session:e,label:t.label});default:return e.state==="retrying"?o("div",{class:"buttons"},o(C,{run:()=>Xe(e,"/refresh"),failed:s,label:`${R.
try_again}: ${r}`},R.try_again)):null}}function Na({session:e,label:t}){let[n,s]=v(!1),[r,i]=v(""),[a,c]=v("");return n?o(se,{class:"secret",run:async()=>{if(!r)
throw new Error("Enter the secret.");await Xe(e,"/secret",{client_secret:r}),s(!1),i("")},failed:p=>{c(p),p&&T(p)},label:R.save,cancel:()=>s(!1)},o(W,{name:"cli\
ent_secret",label:As.client_secret?.label??"",type:"secret",required:!0,value:r,set:i,fault:a,hint:As.client_secret?.hint})):o("div",{class:"buttons"},o("button",
{type:"button",class:"main","aria-label":`${t} ${Ze(e.name)}`,onClick:()=>s(!0)},t))}function Ea({session:e,asked:t,tell:n}){let s=Ze(e.name),r=(...u)=>u.includes(
e.state),i=()=>k("GET",A(e.name,"/uses")),a=async()=>{let[u,d]=await Promise.all([k("GET",A(e.name,"/related")),i()]);P({question:{what:"sign_out",name:e.name,related:u,
uses:d}})},c=async()=>P({question:{what:"remove",name:e.name,related:[],uses:await i()}});return o("div",{class:"buttons"},r("active","retrying","expiring")&&o(
C,{run:()=>Xe(e,"/refresh"),failed:n,label:`${R.refresh} ${s}`},R.refresh),(r("active","retrying")||r("paused")&&e.detail)&&!t&&o(C,{run:()=>ee(e.name),failed:n,
label:`${R.sign_in_again} to ${s}`},R.sign_in_again),!r("paused","signed_out")&&o(C,{run:()=>Xe(e,"/pause"),failed:n,label:`${R.pause} ${s}`},R.pause),!r("signe\
d_out")&&o(C,{run:a,failed:n,label:`${R.sign_out} of ${s}`},R.sign_out),o(C,{run:c,failed:n,label:`${R.remove} ${s}`},R.remove))}import{count as Vt,labels as Ma,plain as Fs,sentences as Rs,titled as Aa}from"./words.js";var Va=12;function Ds({state:e}){let[t,n]=v(""),[s,r]=v(""),i=I(null),
{sessions:a,order:c}=e,u=new Map(e.providers?.map(g=>[g.id,g])),d=g=>u.get(g.provider)?.name||Ia(g.provider||g.issuer),p=g=>d(g).toLowerCase()===g.name.toLowerCase()?
"":d(g),m=t.trim().toLowerCase(),l=g=>!m||[g.name,g.account.email,g.account.name,d(g)].some(b=>b?.toLowerCase().includes(m)),f=e.health!==null&&e.health.keychain.
state!=="ok",_=g=>{n(""),r(g)};return L(()=>{if(!s)return;let g=i.current?.children[c.indexOf(s)];g?.scrollIntoView({block:"center"}),g?.querySelector("[data-ho\
me]")?.focus({preventScroll:!0}),r("")},[s]),a.size===0?o(Ra,null):o("section",{"aria-labelledby":"summary"},o(Fa,{state:e,goTo:_}),a.size>Va&&o("div",{class:"f\
ind"},o(W,{name:"find",type:"search",label:"Find a session",required:!0,value:t,set:n})),o("ul",{class:"sessions",ref:i},c.map(g=>{let b=a.get(g);return b&&l(b)&&
o(Is,{key:g,session:b,provider:p(b),running:e.signIns.get(g),opened:e.opened.has(g)&&!u.get(b.provider)?.paste_only,locked:f,note:e.notes.get(g)})})))}function Ia(e){
try{return e&&new URL(e).host||Fs(e??"")}catch{return Fs(e??"")}}var An=5,La=3;function Fa({state:e,goTo:t}){let{sessions:n,order:s,headed:r}=e,i=ft(n),a=n.size,
c=[...n.values()].every(l=>l.state==="active"),u=[...n.values()].filter(l=>l.state==="sign_in_needed").length,d=i===u?Vt("waiting",i):i===1?"1 session needs you":
`${i} sessions need you`,p=i>0?d:c?Vt("well",a):Vt("sessions",a),m=s.slice(La).filter(l=>!r.has(l)&&pt(n.get(l)));return o("div",{class:"summary","data-tone":i>
0?"bad":c?"good":"off"},(i>0||c)&&o(U,{of:i>0?"bad":"ok"}),o("h2",{id:"summary",tabIndex:-1,"data-home":!0},p),i>0&&a>i&&o("p",{class:"soft"},Vt("sessions",a),"\
 in all"),m.length>0&&o("ul",{class:"jumps","aria-label":"Go to those that need you"},m.slice(0,An).map(l=>o("li",{key:l},o("button",{type:"button",class:"quiet",
onClick:()=>t(l)},Aa(l)))),m.length>An&&o("li",{class:"soft"},"and ",m.length-An," more below")))}function Ra(){return o("section",{class:"empty","aria-labelled\
by":"summary"},o("h2",{id:"summary",tabIndex:-1,"data-home":!0},Rs.no_sessions),o("p",null,Rs.no_sessions_detail),o("p",null,o("a",{class:"main",href:"#go=add"},
Ma.add.replace("…",""))))}import{keychainProblem as Da,labels as $e}from"./words.js";var Oa=[["sessions",$e.sessions],["programs",$e.programs],["add",$e.add.replace("…","")],["history",
$e.history],["health","Health"]];function Ha(){let e=uo(),t=ft(e.sessions)+ue(e.approvals).length;L(()=>{document.title=t>0?`(${t}) Sessionkeeper`:"Sessionkeepe\
r"},[t]);let n=e.link==="live"||e.link==="lost"&&e.sessions.size>0||e.link==="opening";return o(y,null,o("header",null,o("h1",{tabIndex:-1,"data-home":!0},o("im\
g",{src:"/favicon.svg",alt:"",width:"28",height:"28"}),"Sessionkeeper"),e.link!=="closed"&&o("nav",{"aria-label":"Parts of this page"},Oa.map(([s,r])=>o("a",{key:s,
href:s==="sessions"?"#":`#go=${s}`,"aria-current":e.view===s?"page":void 0},r)))),o("p",{class:"away",role:"status"},e.said),o("main",null,e.link==="lost"&&o(Ba,
null),e.link==="closed"&&o(za,null),n&&o(Ua,{state:e}),n&&o(ys,{state:e}),n&&e.link!=="opening"&&o(qa,{state:e,key:e.view})),e.link!=="closed"&&o("footer",null,
o("a",{href:"/licenses.txt",target:"_blank",rel:"noopener noreferrer"},"Licences")),e.question&&o(Ns,{question:e.question,session:e.sessions.get(e.question.name)}))}
var Os=!0;function qa({state:e}){let t=I(null);return D(()=>{Os||t.current?.querySelector("h2")?.focus(),Os=!1},[]),o("div",{ref:t},Wa(e))}function Wa(e){switch(e.
view){case"programs":return o(hs,{state:e});case"add":return o(Xo,{state:e});case"history":return o(ms,{state:e});case"health":return o(rs,{state:e});default:return o(
Ds,{state:e})}}function Ua({state:e}){let t=e.health?.keychain;if(!t||t.state==="ok"||e.view==="health")return null;let n=Da(t.state);return o("div",{class:"ban\
ner","data-part":"keychain"},o(U,{of:"keychain_locked"}),o("div",null,o("p",null,o("strong",null,n.title,". "),n.detail),n.action==="unlock"&&o(bn,{label:n.label})))}
var ja=o(y,null,"open this page again from the tray icon, or run ",o("code",null,"sessionkeeper ui"));function Ba(){return o("div",{class:"banner","data-part":"\
lost"},o(U,{of:"retrying"}),o("div",null,o("p",null,o("strong",null,"The keeper does not answer. "),"What you see may be old. This page goes on by itself when t\
he keeper is back. If it does not, ",ja,"."),o("p",{class:"buttons"},o("button",{type:"button",onClick:sn},$e.try_again))))}function za(){return o("section",{class:"\
empty","data-part":"closed","aria-labelledby":"closed-title"},o("h2",{id:"closed-title",tabIndex:-1,"data-home":!0},"Open this page again"),o("p",null,"For your\
 safety it shows your sessions only where Sessionkeeper itself has opened it, and until the keeper is started anew."),o("p",null,"Choose ",o("strong",null,$e.open_page),
" in the menu of the tray icon, or run this command:"),o("p",null,o(Q,{text:"sessionkeeper ui",what:"the command"})))}var Ka=document.getElementById("app");ns(document.
body);Qn(o(Ha,null),Ka);rn();addEventListener("hashchange",()=>{rn()});
