var nt,x,Cn,kr,te,xn,$n,Nn,At,Ye,Ee,En,It,Vt,Lt,xr,Ze={},et=[],Sr=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,ot=Array.isArray;function J(e,t){
for(var n in t)e[n]=t[n];return e}function Ft(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function o(e,t,n){var r,s,i,a={};for(i in t)i=="key"?r=t[i]:i=="re\
f"?s=t[i]:a[i]=t[i];if(arguments.length>2&&(a.children=arguments.length>3?nt.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(i in e.defaultProps)
a[i]===void 0&&(a[i]=e.defaultProps[i]);return Xe(e,a,r,s,null)}function Xe(e,t,n,r,s){var i={type:e,props:t,key:n,ref:r,__k:null,__:null,__b:0,__e:null,__c:null,
constructor:void 0,__v:s??++Cn,__i:-1,__u:0};return s==null&&x.vnode!=null&&x.vnode(i),i}function y(e){return e.children}function ve(e,t){this.props=e,this.context=t}function ie(e,t){if(t==null)return e.__?ie(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)
if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?ie(e):null}function Pr(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,r=[],s=[],i=J({},
t);i.__v=t.__v+1,x.vnode&&x.vnode(i),Rt(e.__P,i,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,r,n??ie(t),!!(32&t.__u),s),i.__v=t.__v,i.__.__k[i.__i]=i,In(r,i,s),
t.__e=t.__=null,i.__e!=n&&Mn(i)}}function Mn(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.
__e=e.__c.base=t.__e}),Mn(e)}function Sn(e){(!e.__d&&(e.__d=!0)&&te.push(e)&&!tt.__r++||xn!=x.debounceRendering)&&((xn=x.debounceRendering)||$n)(tt)}function tt(){
try{for(var e,t=1;te.length;)te.length>t&&te.sort(Nn),e=te.shift(),t=te.length,Pr(e)}finally{te.length=tt.__r=0}}function An(e,t,n,r,s,i,a,c,p,d,u){var m,l,f,_,
g,k,T=r&&r.__k||et,b=t.length;for(p=Tr(n,t,T,p,b),m=0;m<b;m++)(f=n.__k[m])!=null&&(l=f.__i!=-1&&T[f.__i]||Ze,f.__i=m,k=Rt(e,f,l,s,i,a,c,p,d,u),_=f.__e,f.ref&&l.
ref!=f.ref&&(l.ref&&Dt(l.ref,null,f),u.push(f.ref,f.__c||_,f)),g==null&&_!=null&&(g=_),4&f.__u?(p=Vn(f,p,e),l.__e&&(l.__e=null)):typeof f.type=="function"&&k!==
void 0?p=k:_&&(p=_.nextSibling),f.__u&=-7);return n.__e=g,p}function Tr(e,t,n,r,s){var i,a,c,p,d,u=n.length,m=u,l=0;for(e.__k=new Array(s),i=0;i<s;i++)(a=t[i])!=
null&&typeof a!="boolean"&&typeof a!="function"?(typeof a=="string"||typeof a=="number"||typeof a=="bigint"||a.constructor==String?a=e.__k[i]=Xe(null,a,null,null,
null):ot(a)?a=e.__k[i]=Xe(y,{children:a},null,null,null):a.constructor===void 0&&a.__b>0?a=e.__k[i]=Xe(a.type,a.props,a.key,a.ref?a.ref:null,a.__v):e.__k[i]=a,p=
i+l,a.__=e,a.__b=e.__b+1,c=null,(d=a.__i=Cr(a,n,p,m))!=-1&&(m--,(c=n[d])&&(c.__u|=2)),c==null||c.__v==null?(d==-1&&(s>u?l--:s<u&&l++),typeof a.type!="function"&&
(a.__u|=4)):d!=p&&(d==p-1?l--:d==p+1?l++:(d>p?l--:l++,a.__u|=4))):e.__k[i]=null;if(m)for(i=0;i<u;i++)(c=n[i])!=null&&(2&c.__u)==0&&(c.__e==r&&(r=ie(c)),Rn(c,c));
return r}function Vn(e,t,n){var r,s;if(typeof e.type=="function"){for(r=e.__k,s=0;r&&s<r.length;s++)r[s]&&(r[s].__=e,t=Vn(r[s],t,n));return t}e.__e!=t&&(t&&e.type&&
!t.parentNode&&(t=ie(e)),t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function Cr(e,t,n,r){var s,i,a,c=e.key,p=e.type,d=t[n],u=d!=null&&(2&d.__u)==0;if(d===null&&c==null||u&&c==d.key&&p==d.type)return n;if(r>(u?1:0)){for(s=n-1,i=n+
1;s>=0||i<t.length;)if((d=t[a=s>=0?s--:i++])!=null&&(2&d.__u)==0&&c==d.key&&p==d.type)return a}return-1}function Pn(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=
n==null?"":typeof n!="number"||Sr.test(t)?n:n+"px"}function Je(e,t,n,r,s){var i,a;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof r=="str\
ing"&&(e.style.cssText=r=""),r)for(t in r)n&&t in n||Pn(e.style,t,"");if(n)for(t in n)r&&n[t]==r[t]||Pn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")i=t!=(t=t.replace(
En,"$1")),a=t.toLowerCase(),t=a in e||t=="onFocusOut"||t=="onFocusIn"?a.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+i]=n,n?r?n[Ee]=r[Ee]:(n[Ee]=It,e.addEventListener(
t,i?Lt:Vt,i)):e.removeEventListener(t,i?Lt:Vt,i);else{if(s=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&
t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}
typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function Tn(e){return function(t){if(this.l){
var n=this.l[t.type+e];if(t[Ye]==null)t[Ye]=It++;else if(t[Ye]<n[Ee])return;return n(x.event?x.event(t):t)}}}function Rt(e,t,n,r,s,i,a,c,p,d){var u,m,l,f,_,g,k,
T,b,j,$e,se,Ne,kn,Qe,Mt,z=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(p=!!(32&n.__u),i=[c=t.__e=n.__e]),(u=x.__b)&&u(t);e:if(typeof z=="function"){
m=a.length;try{if(b=t.props,j=z.prototype&&z.prototype.render,$e=(u=z.contextType)&&r[u.__c],se=u?$e?$e.props.value:u.__:r,n.__c?T=(l=t.__c=n.__c).__=l.__E:(j?t.
__c=l=new z(b,se):(t.__c=l=new ve(b,se),l.constructor=z,l.render=Nr),$e&&$e.sub(l),l.state||(l.state={}),l.__n=r,f=l.__d=!0,l.__h=[],l._sb=[]),j&&l.__s==null&&(l.
__s=l.state),j&&z.getDerivedStateFromProps!=null&&(l.__s==l.state&&(l.__s=J({},l.__s)),J(l.__s,z.getDerivedStateFromProps(b,l.__s))),_=l.props,g=l.state,l.__v=t,
f)j&&z.getDerivedStateFromProps==null&&l.componentWillMount!=null&&l.componentWillMount(),j&&l.componentDidMount!=null&&l.__h.push(l.componentDidMount);else{if(j&&
z.getDerivedStateFromProps==null&&b!==_&&l.componentWillReceiveProps!=null&&l.componentWillReceiveProps(b,se),t.__v==n.__v||!l.__e&&l.shouldComponentUpdate!=null&&
l.shouldComponentUpdate(b,l.__s,se)===!1){t.__v!=n.__v&&(l.props=b,l.state=l.__s,l.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(ge){ge&&(ge.__=t)}),et.push.
apply(l.__h,l._sb),l._sb=[],l.__h.length&&a.push(l),c=ie(n);break e}l.componentWillUpdate!=null&&l.componentWillUpdate(b,l.__s,se),j&&l.componentDidUpdate!=null&&
l.__h.push(function(){l.componentDidUpdate(_,g,k)})}if(l.context=se,l.props=b,l.__P=e,l.__e=!1,Ne=x.__r,kn=0,j)l.state=l.__s,l.__d=!1,Ne&&Ne(t),u=l.render(l.props,
l.state,l.context),et.push.apply(l.__h,l._sb),l._sb=[];else do l.__d=!1,Ne&&Ne(t),u=l.render(l.props,l.state,l.context),l.state=l.__s;while(l.__d&&++kn<25);l.state=
l.__s,l.getChildContext!=null&&(r=J(J({},r),l.getChildContext())),j&&!f&&l.getSnapshotBeforeUpdate!=null&&(k=l.getSnapshotBeforeUpdate(_,g)),Qe=u!=null&&u.type===
y&&u.key==null?Fn(u.props.children):u,c=An(e,ot(Qe)?Qe:[Qe],t,n,r,s,i,a,c,p,d),l.base=t.__e,t.__u&=-161,l.__h.length&&a.push(l),T&&(l.__E=l.__=null)}catch(ge){if(a.
length=m,t.__v=null,p||i!=null){if(ge.then){for(t.__u|=p?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;i!=null&&(i[i.indexOf(c)]=null),t.__e=c}else if(i!=
null)for(Mt=i.length;Mt--;)Ft(i[Mt])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),ge.then||Ln(t),x.__e(ge,t,n)}}else i==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=
n.__e):c=t.__e=$r(n.__e,t,n,r,s,i,a,p,d);return(u=x.diffed)&&u(t),128&t.__u?void 0:c}function Ln(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(Ln))}function In(e,t,n){
for(var r=0;r<n.length;r++)Dt(n[r],n[++r],n[++r]);x.__c&&x.__c(t,e),e.some(function(s){try{e=s.__h,s.__h=[],e.some(function(i){i.call(s)})}catch(i){x.__e(i,s.__v)}})}
function Fn(e){return typeof e!="object"||e==null||e.__b>0?e:ot(e)?e.map(Fn):e.constructor!==void 0?null:J({},e)}function $r(e,t,n,r,s,i,a,c,p){var d,u,m,l,f,_,
g,k=n.props||Ze,T=t.props,b=t.type;if(b=="svg"?s="http://www.w3.org/2000/svg":b=="math"?s="http://www.w3.org/1998/Math/MathML":s||(s="http://www.w3.org/1999/xht\
ml"),i!=null){for(d=0;d<i.length;d++)if((f=i[d])&&"setAttribute"in f==!!b&&(b?f.localName==b:f.nodeType==3)){e=f,i[d]=null;break}}if(e==null){if(b==null)return document.
createTextNode(T);e=document.createElementNS(s,b,T.is&&T),c&&(x.__m&&x.__m(t,i),c=!1),i=null}if(b==null)k===T||c&&e.data==T||(e.data=T);else{if(i=b=="textarea"&&
T.defaultValue!=null?null:i&&nt.call(e.childNodes),!c&&i!=null)for(k={},d=0;d<e.attributes.length;d++)k[(f=e.attributes[d]).name]=f.value;for(d in k)f=k[d],d=="\
dangerouslySetInnerHTML"?m=f:d=="children"||d in T||d=="value"&&"defaultValue"in T||d=="checked"&&"defaultChecked"in T||Je(e,d,null,f,s);for(d in T)f=T[d],d=="c\
hildren"?l=f:d=="dangerouslySetInnerHTML"?u=f:d=="value"?_=f:d=="checked"?g=f:c&&typeof f!="function"||k[d]===f||Je(e,d,f,k[d],s);if(u)c||m&&(u.__html==m.__html||
u.__html==e.innerHTML)||(e.innerHTML=u.__html),t.__k=[];else if(m&&(e.innerHTML=""),An(t.type=="template"?e.content:e,ot(l)?l:[l],t,n,r,b=="foreignObject"?"http\
://www.w3.org/1999/xhtml":s,i,a,i?i[0]:n.__k&&ie(n,0),c,p),i!=null)for(d=i.length;d--;)Ft(i[d]);c&&b!="textarea"||(d="value",b=="progress"&&_==null?e.removeAttribute(
"value"):_!=null&&(_!==e[d]||b=="progress"&&!_||b=="option"&&_!=k[d])&&Je(e,d,_,k[d],s),d="checked",g!=null&&g!=e[d]&&Je(e,d,g,k[d],s))}return e}function Dt(e,t,n){
try{if(typeof e=="function"){var r=typeof e.__u=="function";r&&e.__u(),r&&t==null||(e.__u=e(t))}else e.current=t}catch(s){x.__e(s,n)}}function Rn(e,t,n){var r,s;
if(x.unmount&&x.unmount(e),(r=e.ref)&&(r.current&&r.current!=e.__e||Dt(r,null,t)),(r=e.__c)!=null){if(r.componentWillUnmount)try{r.componentWillUnmount()}catch(i){
x.__e(i,t)}r.base=r.__P=r.__n=null}if(r=e.__k)for(s=0;s<r.length;s++)r[s]&&Rn(r[s],t,n||typeof e.type!="function");n||Ft(e.__e),e.__c=e.__=e.__e=void 0}function Nr(e,t,n){
return this.constructor(e,n)}function Dn(e,t,n){var r,s,i,a;t==document&&(t=document.documentElement),x.__&&x.__(e,t),s=(r=typeof n=="function")?null:n&&n.__k||
t.__k,i=[],a=[],Rt(t,e=(!r&&n||t).__k=o(y,null,[e]),s||Ze,Ze,t.namespaceURI,!r&&n?[n]:s?null:t.firstChild?nt.call(t.childNodes):null,i,!r&&n?n:s?s.__e:t.firstChild,
r,a),In(i,e,a),e.props.children=null}nt=et.slice,x={__e:function(e,t,n,r){for(var s,i,a;t=t.__;)if((s=t.__c)&&!s.__)try{if((i=s.constructor)&&i.getDerivedStateFromError!=null&&(s.setState(i.getDerivedStateFromError(
e)),a=s.__d),s.componentDidCatch!=null&&(s.componentDidCatch(e,r||{}),a=s.__d),a)return s.__E=s}catch(c){e=c}throw e}},Cn=0,kr=function(e){return e!=null&&e.constructor===
void 0},ve.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=J({},this.state),typeof e=="function"&&(e=e(J({},n),this.
props)),e&&J(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),Sn(this))},ve.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),Sn(this))},
ve.prototype.render=y,te=[],$n=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,Nn=function(e,t){return e.__v.__b-t.__v.__b},
tt.__r=0,At=Math.random().toString(8),Ye="__d"+At,Ee="__a"+At,En=/(PointerCapture)$|Capture$/i,It=0,Vt=Tn(!1),Lt=Tn(!0),xr=0;var ae,C,Ht,Hn,st=0,Kn=[],$=x,On=$.__b,qn=$.__r,Wn=$.diffed,Un=$.__c,jn=$.unmount,zn=$.__;function Me(e,t){$.__h&&$.__h(C,e,st||t),st=0;var n=C.__H||(C.__H={__:[],
__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function v(e){return st=1,Er(Gn,e)}function Er(e,t,n){var r=Me(ae++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Gn(void 0,
t),function(c){var p=r.__N?r.__N[0]:r.__[0],d=r.t(p,c);p!==d&&(r.__N=[d,r.__[1]],r.__c.setState({}))}],r.__c=C,!C.__f)){var s=function(c,p,d){if(!r.__c.__H)return!0;
var u=!1,m=r.__c.props!==c;if(r.__c.__H.__.some(function(f){if(f.__N){u=!0;var _=f.__[0];f.__=f.__N,f.__N=void 0,_!==f.__[0]&&(m=!0)}}),i){var l=i.call(this,c,p,
d);return u?l||m:l}return!u||m};C.__f=!0;var i=C.shouldComponentUpdate,a=C.componentWillUpdate;C.componentWillUpdate=function(c,p,d){if(this.__e){var u=i;i=void 0,
s(c,p,d),i=u}a&&a.call(this,c,p,d)},C.shouldComponentUpdate=s}return r.__N||r.__}function V(e,t){var n=Me(ae++,3);!$.__s&&qt(n.__H,t)&&(n.__=e,n.u=t,C.__H.__h.push(
n))}function B(e,t){var n=Me(ae++,4);!$.__s&&qt(n.__H,t)&&(n.__=e,n.u=t,C.__h.push(n))}function L(e){return st=5,Mr(function(){return{current:e}},[])}function Mr(e,t){var n=Me(ae++,7);return qt(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function D(){var e=Me(ae++,11);if(!e.__){for(var t=C.__v;t!==null&&!t.__m&&t.__!==null;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Ar(){
for(var e;e=Kn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(rt),t.__h.some(Ot),t.__h=[]}catch(n){t.__h=[],$.__e(n,e.__v)}}}$.__b=function(e){C=null,On&&On(e)},
$.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),zn&&zn(e,t)},$.__r=function(e){qn&&qn(e),ae=0;var t=(C=e.__c).__H;t&&(Ht===C?(t.__h=[],C.__h=[],t.__.some(
function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(rt),t.__h.some(Ot),t.__h=[],ae=0)),Ht=C},$.diffed=function(e){Wn&&Wn(e);var t=e.__c;t&&t.__H&&(t.
__H.__h.length&&(Kn.push(t)!==1&&Hn===$.requestAnimationFrame||((Hn=$.requestAnimationFrame)||Vr)(Ar)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),
Ht=C=null},$.__c=function(e,t){t.some(function(n){try{n.__h.some(rt),n.__h=n.__h.filter(function(r){return!r.__||Ot(r)})}catch(r){t.some(function(s){s.__h&&(s.__h=
[])}),t=[],$.__e(r,n.__v)}}),Un&&Un(e,t)},$.unmount=function(e){jn&&jn(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(r){try{rt(r)}catch(s){t=s}}),n.__H=void 0,
t&&$.__e(t,n.__v))};var Bn=typeof requestAnimationFrame=="function";function Vr(e){var t,n=function(){clearTimeout(r),Bn&&cancelAnimationFrame(t),setTimeout(e)},
r=setTimeout(n,35);Bn&&(t=requestAnimationFrame(n))}function rt(e){var t=C,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),C=t}function Ot(e){var t=C;e.__c=e.__(),
C=t}function qt(e,t){return!e||e.length!==t.length||t.some(function(n,r){return n!==e[r]})}function Gn(e,t){return typeof t=="function"?t(e):t}var it="bearer",Y=class extends Error{},H=class extends Error{code;field;constructor(t,n="",r=""){super(t),this.code=n,this.field=r}},le=class extends Error{},ne=()=>sessionStorage.
getItem(it)!==null;async function Qn(e){let t=await Jn("/v1/ui/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({code:e})});
if(t.ok)sessionStorage.setItem(it,(await t.json()).bearer);else if(!ne())throw new Y}async function Jn(e,t){try{return await fetch(e,t)}catch{throw new le("The \
keeper does not answer. Try again in a moment.")}}async function Yn(e,t,n){let r={Authorization:`Bearer ${sessionStorage.getItem(it)??""}`},s={method:e,headers:r};
n!==void 0&&(r["Content-Type"]="application/json",s.body=JSON.stringify(n));let i=await Jn(t,s);if(i.ok)return i;let a=i.headers.get("Content-Type")?.startsWith(
"application/problem+json")??!1;if(!a&&t==="/v1/health")return i;let c=a?await i.json():{};throw i.status===401&&c.code!=="sign_in_needed"?(sessionStorage.removeItem(
it),new Y):new H(c.detail||c.title||`The keeper answered ${i.status}.`,c.code,c.field)}async function h(e,t,n){let r=await Yn(e,t,n);return r.status===204?null:
await r.json()}var A=(e,t="")=>`/v1/sessions/${encodeURIComponent(e)}${t}`;async function Xn(e){let t=await Yn("GET","/v1/events");if(!t.body)return;let n=t.body.
pipeThrough(new TextDecoderStream).getReader(),r="";try{for(;;){let{value:s,done:i}=await n.read();if(i)return;let a=(r+s).split(`
`);r=a.pop()??"";for(let c of a)c.trim()&&e(JSON.parse(c))}}catch{throw new le}}import{tone as Lr}from"./words.js";var O={link:"opening",view:"sessions",sessions:new Map,order:[],headed:new Set,signIns:new Map,opened:new Set,notes:new Map,question:null,
health:null,approvals:null,providers:null,said:""},Ut=new Set,N=()=>O;function S(e){O={...O,...e};for(let t of Ut)t()}function Zn(){let[,e]=v(0);return B(()=>{let t=()=>e(
n=>n+1);return Ut.add(t),()=>{Ut.delete(t)}},[]),O}var E=e=>S({said:e});function at(e,t,n){let r=new Map(e);return n===null?r.delete(t):r.set(t,n),r}function K(e,t,n=""){
S({notes:at(O.notes,e,t?{text:t,failure:n}:null),said:t||O.said})}var Wt=["sign_in_needed","setup_needed","keychain_locked","expiring","retrying","active","paus\
ed","signed_out"],Ir=new Intl.Collator(void 0,{numeric:!0});function eo(e){let t=n=>(Wt.indexOf(n.state)+Wt.length)%Wt.length;return[...e.values()].map(n=>({name:n.
name,rank:t(n)})).sort((n,r)=>n.rank-r.rank||Ir.compare(n.name,r.name)).map(({name:n})=>n)}var lt=e=>e!==void 0&&Lr(e.state)==="bad";function ct(e){let t=0;for(let n of e.
values())lt(n)&&t++;return t}function Ae(e,t){if(O.opened.has(e)===t)return;let n=new Set(O.opened);t?n.add(e):n.delete(e),S({opened:n})}function to(e){let t=eo(
e);return{order:t,headed:new Set(t.filter(n=>lt(e.get(n))))}}function jt(e,t={}){if(O.order.length===0)return S({...t,sessions:e,...to(e)});let n=O.order.filter(
s=>e.has(s)),r=new Set(n);n.push(...eo(e).filter(s=>!r.has(s))),S({...t,sessions:e,order:n})}function no(e){let t=e==="sessions"&&O.view!=="sessions";S(t?{view:e,
...to(O.sessions)}:{view:e})}import{fill as Fr,isolated as oo,programWord as Rr,sentences as Dr}from"./words.js";var Hr=500,Or=1e3,qr=5e3,ye,dt,zt=!1;function Bt(){return dt&&(zt=!0),dt??=Wr().
finally(()=>dt=void 0),dt}async function Wr(){do zt=!1,jr(await h("GET","/v1/approvals"));while(zt)}var Ur=(e,t)=>JSON.stringify(e)===JSON.stringify(t),Kt=e=>Fr(
Dr.wants,{program:oo(Rr(e.program)),name:oo(e.session)});function jr(e){let t=N().approvals;if(Ur(t,e))return;let n=new Set(ce(t).map(a=>a.id)),r=ce(e),s=r.filter(
a=>!n.has(a.id)),i=n.size>0&&r.length===0;S(s.length>0||i?{approvals:e,said:s.map(Kt).join(". ")}:{approvals:e})}var ce=e=>e?.approvals.filter(t=>t.state==="ask\
ing")??[];function X(){if(clearTimeout(ye),ye=void 0,!ne()||N().link!=="live")return;let e=()=>{if(document.hidden)return;let t=N().approvals;ce(t).length>0?ye??=
setTimeout(X,Or):t?.approvals.some(n=>n.running)&&(ye??=setTimeout(X,qr))};Bt().then(e,e)}function ro(){clearTimeout(ye),ye=setTimeout(X,Hr)}document.addEventListener(
"visibilitychange",()=>{document.hidden||X()});var so=0;function io(e){let t=Date.parse(e)-Date.now();so=Math.abs(t)<2e3?0:t}var Ve=()=>Date.now()+so,pt=new Set,ut;function Gt(){let e=pt.size>0&&!document.hidden;
e&&ut===void 0&&(ut=setInterval(ao,1e3)),e||(clearInterval(ut),ut=void 0)}function ao(){for(let e of pt)e()}document.addEventListener("visibilitychange",()=>{document.
hidden||ao(),Gt()});function we(e){let[,t]=v(0),n=e(Ve()),r=L({compute:e,value:n});return r.current={compute:e,value:n},V(()=>{let s=()=>{r.current.compute(Ve())!==
r.current.value&&t(i=>i+1)};return pt.add(s),Gt(),()=>{pt.delete(s),Gt()}},[]),n}function ft(e){let t=new Date(e);return t.toDateString()===new Date(Ve()).toDateString()?
t.toLocaleTimeString():t.toLocaleString(void 0,{dateStyle:"medium",timeStyle:"short"})}function be(){S({link:"closed",sessions:new Map,order:[],signIns:new Map,opened:new Set,notes:new Map,question:null,health:null,approvals:null,said:""})}import{fill as lo,isolated as co,sentences as uo}from"./words.js";var po=15e3,Ie=e=>/^https?:\/\//i.test(e??"")?e:"",Qt=new Map;async function de(e,t={}){K(e,"");
let n=await h("POST",A(e,"/login"),{no_browser:!0,...t});Jt(e,n)}function Jt(e,t,n){if(t.status!=="pending")return Le(e,t);n&&Qt.set(e,n),S({signIns:at(N().signIns,
e,{...t,fresh:n!==void 0})}),Ae(e,!1);let r=Ie(t.login_url);r&&!t.user_code&&window.open(r,"_blank","noopener,noreferrer"),E(lo(uo.waiting,{name:co(e)})),setTimeout(
()=>{fo(e,t.id)},po)}async function fo(e,t){N().signIns.get(e)?.id===t&&(await mt(e),setTimeout(()=>{fo(e,t)},po))}async function mt(e,t){let n=N().signIns.get(
e);if(n)try{let r=await h("POST",A(e,"/login"),{id:n.id,wait:t});N().signIns.get(e)?.id===n.id&&r.status!=="pending"&&Le(e,r)}catch(r){r instanceof Y?be():r instanceof
H&&N().signIns.get(e)?.id===n.id&&Le(e,{id:n.id,status:"failed",failure:"over",detail:r.message})}}var mo=async()=>{for(let e of N().signIns.keys())await mt(e)};
function Le(e,t){let n=Qt.get(e);Qt.delete(e),S({signIns:at(N().signIns,e,null)}),t.status==="done"?(K(e,""),E(lo(uo.added,{name:co(e)}))):!n&&t.failure!=="canc\
elled"&&K(e,t.detail??"",t.failure??""),n?.(t)}async function _o(e,t,n){let r=await h("POST",A(e,"/login"),{id:t.id,paste:n.trim()});N().signIns.get(e)?.id===t.
id&&Le(e,r)}async function go(e,t){Le(e,{id:t.id,status:"failed",failure:"cancelled"}),await h("POST",A(e,"/login"),{id:t.id,cancel:!0})}import{isolated as zr,stateWord as Br}from"./words.js";var vo=500,Kr=4e3,Gr=1e3,Qr=2e3,wo=-1/0,Yt,Re;function qe(){return Re??=h("GET","/v1/health").then(e=>S({
health:e})).finally(()=>{Re=void 0,wo=performance.now()}),Re}function bo(){if(Yt!==void 0||document.hidden||!ne())return;let e=()=>{Yt=void 0,qe().catch(()=>{})},
t=Math.max(0,wo+Qr-performance.now());Yt=setTimeout(()=>Re?void Re.then(e,e):e(),t)}var Jr=new Set(["keychain.state","token.renewed","refresh.failed","consent.d\
one"]),Yr=new Set(["session.added","session.removed","session.state","consent.done"]);document.addEventListener("visibilitychange",()=>{document.hidden||(en(),bo())});
async function Xr(){try{S({providers:await h("GET","/v1/providers")})}catch(e){U(e),S({providers:[]})}}var ue=new Map,De=[],Zt=!1,Oe=new Set;function ho(e){return Oe.
add(e),()=>{Oe.delete(e)}}function He(){Zt||(Zt=!0,document.hidden?setTimeout(yo,250):requestAnimationFrame(yo))}function yo(){Zt=!1;let[e,t]=[ue,De];if(ue=new Map,
De=[],e.size>0){let n=N().sessions,r=new Map(n),s=[];for(let[i,a]of e)if(!a)r.delete(i);else{let c=n.get(i);c&&c.state!==a.state&&s.push(a),r.set(i,a)}jt(r,s.length>
0?{said:Zr(s)}:{})}if(t.length>0)for(let n of Oe)n(t)}function Zr(e){return e.length>3?`${e.length} sessions have changed.`:e.map(t=>`${zr(t.name)}: ${Br(t.state)}`).
join(". ")}var Fe=new Map;async function es(e){if(Fe.has(e)){Fe.set(e,!0);return}try{do Fe.set(e,!1),ue.set(e,await h("GET",A(e))),He();while(Fe.get(e))}catch(t){
if(!(t instanceof H&&t.code==="not_found"))return;ue.set(e,null),He()}finally{Fe.delete(e)}}var ts=new Set(["type","session","at","now","sessions"]);function ns(e){
let t={};for(let[n,r]of Object.entries(e))!ts.has(n)&&(typeof r=="string"||typeof r=="number")&&(t[n]=String(r));return{at:e.at,session:e.session??"",type:e.type,
detail:t}}var os=e=>e.type!=="session.state"||e.was!==e.state||e.was===void 0;function rs(e){io(e.at),ue=new Map;let t=new Map((e.sessions??[]).map(n=>[n.name,n]));
if(N().link!=="opening")for(let n of Oe)n(null);jt(t,{link:"live",opened:new Set}),mo(),X(),N().providers||Xr()}function ss(e){if(e.type==="snapshot")return rs(
e);if(e.type==="approval.changed")return X();Oe.size>0&&os(e)&&(De.push(ns(e)),De.length>Gr&&De.shift(),He()),Jr.has(e.type)&&bo();let t=e.session;t&&(Yr.has(e.
type)&&ro(),e.type==="consent.opened"&&Ae(t,e.kind!=="device"&&!N().signIns.has(t)),(e.type==="consent.done"||e.type==="session.removed")&&Ae(t,!1),e.now?(ue.set(
t,e.now),He()):e.type==="session.removed"?(ue.set(t,null),He()):es(t),mt(t,e.type==="consent.done"?"5s":void 0))}var ko=()=>{},en=()=>ko(),is=e=>new Promise(t=>{
let n=setTimeout(t,e);ko=()=>{clearTimeout(n),t()}});async function as(){let e=vo;for(;ne();){let t=!1;try{let n=qe();n.catch(()=>{}),await Xn(r=>{t=!0,ss(r)}),
await n}catch(n){if(n instanceof Y)break;if(!(n instanceof le||n instanceof H))throw n}if(!ne())break;t?e=vo:S({link:"lost"}),await is(e),e=Math.min(e*2,Kr)}be()}
function U(e){return e instanceof Y?(be(),""):e instanceof Error?e.message:String(e)}var Xt=!1,ls=new Set(["sessions","programs","add","history","health"]);async function tn(){
let e=new URLSearchParams(location.hash.slice(1)),[t,n]=[e.get("k"),e.get("go")??"sessions"],r=ls.has(n)?n:"sessions";t&&history.replaceState(null,"",r==="sessi\
ons"?location.pathname:`#go=${r}`),no(r);try{t&&await Qn(t)}catch(s){s instanceof le&&(S({link:"lost"}),E(s.message))}if(!ne())return be();Xt||(Xt=!0,await as().
finally(()=>Xt=!1))}import{fields as So,sentences as cs}from"./words.js";var Po={way:"provider",search:"",provider:null,vars:{},issuer:"",discovery:null,authorize_url:"",token_url:"",
device_url:"",name:"",named:!1,client_id:"",client_secret:"",scopes:"",scoped:!1,account:"",device:!1,faults:{},tried:0,adding:""},M=Po,nn=new Set;function I(e){
M={...M,...e};for(let t of nn)t()}var ds=()=>I(Po);function To(){let[,e]=v(0);return B(()=>{let t=()=>e(n=>n+1);return nn.add(t),()=>{nn.delete(t)}},[]),M}var We=`\
One of the two is wrong: this, or the ${So.client_id?.label??"client ID"}.`;function _t(e,t){let{[e]:n,...r}=M.faults;e==="client_id"&&r.client_secret===We&&delete r.
client_secret,e==="client_secret"&&n===We&&delete r.client_id,I({...t,faults:r})}function us(e){let t=N().sessions,n=e;for(let r=2;t.has(n);r++)n=`${e}-${r}`;return n}
var Co=e=>M.named?{}:{name:us(e)},$o=e=>M.scoped?{}:{scopes:(e??[]).join(" ")};function No(e){let t={};for(let n of e.vars??[])t[n.name]=n.default??"";I({provider:e,
vars:t,faults:{},...Co(e.id),...$o(e.scopes)})}function gt(e){try{return/^https?:$/.test(new URL(e).protocol)}catch{return!1}}var xo=Promise.resolve();function Eo(){
return xo=xo.then(ps)}async function ps(){let e=M.issuer.trim();if(!(!gt(e)||M.discovery))try{let t=await h("POST","/v1/discover",{issuer:e});if(M.issuer.trim()!==
e)return;let n=new URL(t.issuer||e).hostname;_t("issuer",{discovery:t,...Co(t.provider||n),...$o(t.scopes)}),E("This is a provider that Sessionkeeper can use.")}catch(t){
if(M.issuer.trim()!==e)return;let n=U(t);I({discovery:null,faults:{...M.faults,issuer:n}}),E(n)}}function fs(e){let t={},n=(s,i,a)=>{i.trim()||(t[s]=a)},r=(s,i)=>{
(e[s].trim()?!gt(e[s].trim()):i)&&(t[s]="Enter an address that begins with https://.")};if(e.way==="provider")for(let s of e.provider?.vars??[])n(`vars.${s.name}`,
e.vars[s.name]??"","Fill this in.");return e.way==="issuer"&&r("issuer",!0),e.way==="manual"&&(r("authorize_url",!e.device),r("token_url",!0),r("device_url",e.device)),
n("name",e.name,"Give the session a name."),n("client_id",e.client_id,`Enter the ${So.client_id?.label??"client ID"}. You get it where you register the app.`),e.
way==="provider"&&e.provider?.secret==="required"&&n("client_secret",e.client_secret,"This provider gives every app a secret. Enter it."),!t.name&&N().sessions.
has(e.name.trim())&&(t.name="There is a session of this name. Choose another name."),t}function ms(e){let t={client_id:e.client_id.trim(),sign_in:e.device?{device:!0}:
{no_browser:!0}};if(e.way==="provider"&&e.provider)t.provider=e.provider.id,e.provider.vars?.length&&(t.vars=Object.fromEntries(e.provider.vars.map(r=>[r.name,(e.
vars[r.name]??"").trim()])));else if(e.way==="issuer")t.issuer=e.issuer.trim();else for(let r of["authorize_url","token_url","device_url"])e[r].trim()&&(t[r]=e[r].
trim());e.client_secret&&(t.client_secret=e.client_secret.trim());let n=e.scopes.split(/[\s,]+/).filter(Boolean);return n.length>0&&(t.scopes=n),e.account.trim()&&
(t.account=e.account.trim()),t}async function Mo(){let e=M.name.trim(),t=fs(M);if(Object.keys(t).length>0)return I({faults:t,tried:M.tried+1});I({faults:{}});try{
let n=await h("PUT",A(e),ms(M));if(!n.login)return Vo();I({adding:e}),Jt(e,n.login,_s)}catch(n){let r=U(n);r&&Ao({[n instanceof H?n.field:""]:r})}}function Ao(e){
I({faults:e,tried:M.tried+1,adding:""})}function _s(e){if(e.status==="done")return Vo();if(e.failure==="cancelled")return I({adding:""});Ao(gs(e))}function gs(e){
let t=e.detail||"The sign-in did not work. Try again.",n=e.field??"";return(n==="client_id"||n==="client_secret")&&M.client_secret?{client_id:t,client_secret:We}:
{[n]:t}}function Vo(){let e=M.adding||M.name.trim();ds(),E(cs.added.replace("{name}",e)),location.hash=""}import{labels as Ue,plain as vs,sentences as ys}from"./words.js";function he(e){return class extends ve{shouldComponentUpdate(t){let n=this.props;return Object.
entries(t).some(([r,s])=>n[r]!==s)}render(){return o(e,this.props)}}}function vt(e,t=E){let[n,r]=v(!1),s=async()=>{if(!n){t(""),r(!0);try{await e()}catch(i){t(U(
i))}finally{r(!1)}}};return[n,()=>{s()}]}function P({run:e,label:t,kind:n,failed:r,children:s}){let[i,a]=vt(e,r);return o("button",{type:"button",class:n,"aria-\
label":t,"aria-disabled":i||void 0,onClick:a},s)}function ke({run:e,failed:t,label:n,class:r,cancel:s,children:i}){let[a,c]=vt(e,t);return o("form",{class:r,noValidate:!0,
onSubmit:d=>{d.preventDefault(),c()}},i,o("div",{class:"buttons"},o("button",{type:"submit",class:"main","aria-disabled":a||void 0},n),s&&o("button",{type:"butt\
on",onClick:s},Ue.cancel)))}var Lo=400;function w({text:e}){let[t,n]=v(!1),r=vs(e);return t||r.length<=Lo+50?o("bdi",{class:"long"},r):o("span",null,o("bdi",{class:"\
long"},[...r].slice(0,Lo).join(""),"…")," ",o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all of it"))}function Z({text:e,what:t,around:n}){
let[r,s]=v(!1),i=L(null),a=async()=>{try{await navigator.clipboard.writeText(e),s(!0),E(ys.copied)}catch{i.current&&getSelection()?.selectAllChildren(i.current)}};
return o("span",{class:n?"copy-within":"copy"},n?.[0],o("code",{ref:i,dir:"auto"},e),n&&`${n[1]} `,o("button",{type:"button","aria-label":`${r?Ue.copied:Ue.copy}\
 ${t}`,onClick:()=>{a()}},r?Ue.copied:Ue.copy))}var on=CSS.supports("-webkit-text-security","disc");function G(e){let t=D(),[n,r]=v(!1),s=e.type==="secret",i=s&&
!n,a=[e.hint&&`${t}-hint`,e.fault&&`${t}-fault`].filter(Boolean).join(" ");return o("div",{class:"field"},o("label",{for:t},e.label,e.required?"":o("span",{class:"\
soft"}," (optional)")),e.hint&&o("p",{class:"hint",id:`${t}-hint`},e.hint),o("div",{class:s?"with-switch":void 0},o("input",{id:t,name:e.name,class:i&&on?"maske\
d":void 0,type:i&&!on?"password":s?"text":e.type??"text",value:e.value,required:e.required,dir:"auto",spellcheck:!1,autocomplete:i&&!on?"new-password":"off",autocapitalize:"\
off",autocorrect:"off","aria-invalid":e.fault?!0:void 0,"aria-describedby":a||void 0,onInput:c=>e.set(c.currentTarget.value)}),s&&o("button",{type:"button",class:"\
quiet","aria-pressed":n,"aria-label":`Show the ${e.label}`,onClick:()=>r(!n)},"Show")),e.fault&&o("p",{class:"fault",id:`${t}-fault`},o(w,{text:e.fault})),e.children)}import{fill as ws,isolated as bs,labels as yt,plain as hs,sentences as Io,titled as rn}from"./words.js";function wt({name:e,running:t}){let[n,r]=v(""),s=Ie(t.login_url),
i=Io.device.split("{link}"),a=c=>{r(c),c&&E(c)};return o("div",{class:"panel","data-part":"sign-in",role:"group","aria-label":`${yt.sign_in}: ${rn(e)}`,tabIndex:-1,
"data-home":!0},t.user_code?o(y,null,o("p",null,i[0],s&&o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},hs(s)),i[1]),o("p",{class:"code"},o(Z,{text:t.user_code,
what:"the code"}))):o(y,null,o("p",null,ws(Io.waiting,{name:bs(e)})),s&&o("p",null,o("a",{href:s,target:"_blank",rel:"noopener noreferrer"},"Open the sign-in pa\
ge"))),!t.user_code&&o(ks,{name:e,running:t,tell:a,fault:n}),t.user_code&&n&&o("p",{class:"fault"},o(w,{text:n})),o("div",{class:"buttons"},o(P,{run:()=>go(e,t),
label:`Cancel the sign-in to ${rn(e)}`},yt.cancel),!t.user_code&&!t.fresh&&o(P,{kind:"quiet",run:()=>de(e,{device:!0}),failed:a,label:`${yt.another_device}: ${rn(
e)}`},yt.another_device)))}function ks({name:e,running:t,fault:n,tell:r}){let[s,i]=v("");return o("details",{class:"paste"},o("summary",null,"The page at the en\
d does not load?"),o(ke,{run:()=>_o(e,t,s),failed:r,label:"Finish"},o(G,{name:"address",label:"Copy its whole address from the browser and paste it here",required:!0,
value:s,set:i,fault:n})))}import{fields as Ro,isolated as xs,labels as bt,plain as pe,titled as Ss}from"./words.js";var Ps=[["provider","From the list","Google, GitHub, Microsoft and oth\
ers"],["issuer","By its address","Your company's or your own sign-in server"],["manual","By hand","You know its two addresses"]];function Do({state:e}){let t=To(),
n=t.adding?e.signIns.get(t.adding):void 0,r=L(null);return o("section",{class:"add","aria-labelledby":"add-title"},o("h2",{id:"add-title",tabIndex:-1,"data-home":!0,
ref:r},bt.add.replace("…","")),n?o("div",{class:"card"},o(wt,{name:t.adding,running:n,key:n.id})):o(y,null,o("fieldset",{class:"ways"},o("legend",null,"Where \
do you want to sign in?"),Ps.map(([s,i,a])=>o("label",{key:s},o("input",{type:"radio",name:"way",value:s,checked:t.way===s,onChange:()=>I({way:s,faults:{}})}),o(
"span",null,o("strong",null,i),o("span",{class:"soft"},a))))),t.way==="provider"&&!t.provider?o(Cs,{providers:e.providers,search:t.search}):o(Vs,{d:t})))}var Ts=[
"google","microsoft","github","gitlab","slack","atlassian"];function Cs({providers:e,search:t}){if(!e)return o("p",{class:"soft"},"Reading the list …");let n=t.
trim().toLowerCase(),r=e.filter(a=>a.name.toLowerCase().includes(n)||a.id.includes(n)).sort((a,c)=>a.name.localeCompare(c.name)),s=n?[]:Ts.map(a=>r.find(c=>c.id===
a)).filter(a=>a!==void 0),i=r.filter(a=>!s.includes(a));return o("div",{class:"card"},o(G,{name:"search",type:"search",label:"Find a provider",required:!0,value:t,
set:a=>I({search:a})}),o("p",{class:"away",role:"status"},t?`${r.length} found`:""),s.length>0&&o(Fo,{providers:s,title:"Often used"}),i.length>0&&o(Fo,{providers:i,
title:s.length>0?"All others":""}),r.length===0&&o("p",null,"It is not in the list."," ",o("button",{type:"button",class:"quiet",onClick:()=>I({way:"issuer"})},
"Add it by its address")))}function Fo({providers:e,title:t}){return o(y,null,t&&o("h3",{class:"shelf"},t),o("ul",{class:"providers"},e.map(n=>o("li",{key:n.id},
o("button",{type:"button",onClick:()=>No(n)},pe(n.name))))))}function $s({provider:e,redirect:t}){let n=Ie(e?.console_url);if(!t&&!n&&!e?.note)return null;let r=[];
n?r.push(o(y,null,"Open"," ",o("a",{href:n,target:"_blank",rel:"noopener noreferrer"},new URL(n).host),e?.note?".":" and register an app.")):e?.note||r.push("Re\
gister an app there.");let s=e?.note?Ns(e.note,t):null;return e?.note&&r.push(s?o(Z,{text:t,what:"the return address",around:s}):o(w,{text:e.note})),t&&!s&&r.push(
o(y,null,"Give it this return address (redirect URI): ",o(Z,{text:t,what:"the return address"}))),o("div",{class:"register"},o("h3",null,"First, at ",e?Ss(e.name):
"the provider"),o("ol",null,r.map((i,a)=>o("li",{key:a},i))))}function Ns(e,t){let n=t?e.indexOf(t):-1,[r,s]=[e.slice(0,n),e.slice(n+t.length)];return n<0||e.length>
Es||/^[\w/:%-]/.test(s)?null:[pe(r),pe(s)]}var Es=400,xe=e=>Ro[e]??{label:e,hint:""},Ms=(e,t=!1)=>t?xe(e).hint.split("; ")[0]??"":xe(e).hint.replace(/; optional$/,
"");function ee({d:e,field:t,required:n,kind:r,more:s}){return o(G,{name:t,label:xe(t).label,hint:Ms(t,n),required:n??!1,type:r??"text",value:e[t],fault:e.faults[t],
set:i=>_t(t,{...s,[t]:i})})}function As({d:e,provider:t}){return o(y,null,(t.vars??[]).map(n=>{let r=`vars.${n.name}`;return o(G,{key:n.name,name:r,label:pe(n.name),
hint:n.hint&&pe(n.hint),required:!0,value:e.vars[n.name]??"",fault:e.faults[r],set:s=>_t(r,{vars:{...e.vars,[n.name]:s}})})}))}function Vs({d:e}){let t=e.way===
"provider"?e.provider:null,n=t?.redirect_uri??(e.way==="issuer"?e.discovery?.redirect_uri:void 0)??(e.way==="manual"?"http://127.0.0.1/callback":""),r=t?.secret??
"",s=e.way==="manual"||!!(t?t.device_url:e.discovery?.device_url);return o(ke,{class:"card",run:Mo,label:bt.sign_in,cancel:()=>{location.hash=""}},o(Ls,{d:e}),t&&
o("div",{class:"chosen"},o("strong",null,o("bdi",null,pe(t.name))),o("button",{type:"button",class:"quiet",onClick:()=>I({provider:null,faults:{}})},"Choose ano\
ther")),e.way==="issuer"&&o(Fs,{d:e}),e.way==="manual"&&o(y,null,o(ee,{d:e,field:"authorize_url",kind:"url",required:!e.device}),o(ee,{d:e,field:"token_url",kind:"\
url",required:!0}),o(ee,{d:e,field:"device_url",kind:"url",required:e.device})),o($s,{provider:t,redirect:n}),t&&o(As,{d:e,provider:t}),o(ee,{d:e,field:"name",required:!0,
more:{named:!0}}),o(ee,{d:e,field:"client_id",required:!0}),r!=="none"&&o(ee,{d:e,field:"client_secret",kind:"secret",required:r==="required"}),o(ee,{d:e,field:"\
scopes",more:{scoped:!0}}),o(ee,{d:e,field:"account"}),s&&o("label",{class:"check"},o("input",{type:"checkbox",checked:e.device,onChange:i=>I({device:i.currentTarget.
checked})}),bt.another_device))}function Ls({d:e}){let t=L(null),n=Object.entries(e.faults),r=e.faults.client_secret===We?n.length-1:n.length;if(B(()=>{e.tried>
0&&t.current?.focus()},[e.tried]),n.length===0||e.tried===0)return null;let s=i=>a=>{a.preventDefault(),t.current?.closest("form")?.elements.namedItem(i)?.focus()};
return o("div",{class:"faults",ref:t,tabIndex:-1,role:"group","aria-labelledby":"faults-title"},o("h3",{id:"faults-title"},r===1?"Something is not right yet":`${r}\
 things are not right yet`),o("ul",null,n.map(([i,a])=>{let c=i.startsWith("vars.")?pe(i.slice(5)):Ro[i]?.label;return o("li",{key:i},c&&o(y,null,o("a",{href:`#${i}`,
onClick:s(i)},c),":"," "),o(w,{text:a}))})))}var Is=700;function Fs({d:e}){let[t,n]=v(!1);V(()=>{if(!gt(e.issuer.trim())||e.discovery)return;let s=setTimeout(()=>{
n(!0),Eo().finally(()=>n(!1))},Is);return()=>clearTimeout(s)},[e.issuer]);let r=e.discovery;return o(y,null,o(ee,{d:e,field:"issuer",kind:"url",required:!0,more:{
discovery:null}}),t&&o("p",{class:"soft"},"Asking …"),r&&o("div",{class:"found"},o("p",{class:"good"},o("strong",null,"Sessionkeeper can use this provider.")),
o("p",null,r.offline?"It can keep you signed in.":"It does not say that it can keep you signed in: the session may end after a short while."),o("details",null,o(
"summary",null,bt.details),o("dl",{class:"facts"},[["Issuer",r.issuer],[xe("authorize_url").label,r.authorize_url],[xe("token_url").label,r.token_url],[xe("devi\
ce_url").label,r.device_url]].map(([s,i])=>i&&o("div",{key:s},o("dt",null,s),o("dd",null,o("code",null,xs(i)))))))))}var fe=null,sn=[];function Oo(e){fe=e,sn=[];for(let t=fe.parentElement;t;t=t.parentElement)sn.push(t)}var Ho=e=>e.isConnected&&e.getClientRects().length>0;function Rs(){
let e=document.activeElement;if(e&&e!==document.body){e!==fe&&Oo(e);return}if(fe){if(Ho(fe))return fe.focus({preventScroll:!0});for(let t of sn){if(!Ho(t))continue;
let n=t.querySelector("[data-home]");if(n)return n.focus({preventScroll:!0})}}}function qo(e){e.addEventListener("focusin",t=>Oo(t.target)),e.ownerDocument.addEventListener(
"pointerdown",()=>fe=null),new MutationObserver(Rs).observe(e,{childList:!0,subtree:!0})}import{tone as Ds}from"./words.js";var an=o("circle",{cx:"12",cy:"12",r:"10",class:"full"}),Wo={active:o("g",null,an,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.\
5"})),retrying:o("path",{class:"line",d:"M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6"}),expiring:o("path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9\
.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),sign_in_needed:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("path",{class:"cut",d:"M12 8.5v6M12 18v.1"})),setup_needed:o(
"g",null,o("path",{class:"full",d:"M12 .8 23.2 12 12 23.2.8 12z"}),o("path",{class:"cut",d:"M12 6.5v6.5M12 17v.1"})),keychain_locked:o("g",null,o("path",{class:"\
full",d:"M4.5 10.5h15v11h-15z"}),o("path",{class:"line",d:"M8 10V7a4 4 0 0 1 8 0v3"})),paused:o("g",null,an,o("path",{class:"cut",d:"M9.3 8.2v7.6M14.7 8.2v7.6"})),
signed_out:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"}),ok:o("g",null,an,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.5"})),wait:o(
"path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),bad:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("pat\
h",{class:"cut",d:"M12 8.5v6M12 18v.1"})),off:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"})},Hs={ok:"good",wait:"wait",bad:"b\
ad",off:"off"};function q({of:e}){return o("svg",{class:"mark","data-tone":Hs[e]??Ds(e),viewBox:"0 0 24 24",width:"24",height:"24","aria-hidden":"true"},Wo[e]??
Wo.wait)}import{about as Os,checkWord as Pe,fill as Uo,keychainProblem as qs,keychainWord as Ws,labels as ln,machineProblem as Se,plain as je}from"./words.js";function jo({
state:e}){let[t,n]=v("");V(()=>{qe().catch(s=>n(U(s)))},[]);let r=e.health;return o("section",{"aria-labelledby":"health-title"},o("h2",{id:"health-title",tabIndex:-1,
"data-home":!0},"Health"),t&&o("p",{class:"fault"},o(w,{text:t})),r&&o("ul",{class:"card parts"},Us(r).map(s=>o(Qs,{key:s.name,check:s}))),o(Xs,null))}function Us(e){
let{keychain:t,history:n,socket:r,http:s,clock:i,faults:a}=e,c=[{name:"Keeper",well:Uo(Pe("keeper"),{pid:String(e.pid),version:e.version})},{name:"Keychain",well:js(
Ws(t.state)),detail:t.detail,problem:t.state==="ok"?void 0:qs(t.state)},{name:"Clock",well:Ks(e),mark:i?.state==="ok"?"ok":"off",problem:i?.state==="wrong"?Gs(i):
void 0},{name:"History",well:Pe("history"),detail:n.detail,problem:n.state==="down"?Se("history_down"):void 0},{name:"Programs",well:Pe("socket"),detail:r.detail,
problem:r.state==="down"?Se("socket_down"):void 0},{name:"Page",well:Pe("page"),detail:s.detail,problem:s.state==="down"?Se("page_down"):void 0}];t.spilled&&c.push(
{name:"Waiting records",well:"",problem:Se("waiting_records",{count:String(t.spilled)})});for(let p of a??[]){let d=Se("broken_file",{fault:je(p.detail).replace(
/\.$/,"")});c.push({name:`File: ${p.name||"config.toml"}`,well:"",problem:d})}return c}var js=e=>e.charAt(0).toUpperCase()+e.slice(1),zs={d:864e5,h:36e5,m:6e4,s:1e3,
ms:1};function Bs(e){let t=0;for(let[,n,r]of e.matchAll(/([\d.]+)(ms|[dhms])/g))t+=Number(n)*(zs[r]??0);return e.startsWith("-")?-t:t}var Ks=({clock:e})=>e?.state===
"ok"?Uo(Pe("clock"),{host:je(e.seen??"the providers")}):Pe("clock_unknown");function Gs(e){let t=Bs(e.skew??"");return Se("clock_wrong",{span:Os(Math.abs(t)),side:t<
0?"behind":"ahead of",host:je(e.seen||"the providers")})}function Qs({check:e}){return o("li",null,o(q,{of:e.problem?"bad":e.mark??"ok"}),o("div",null,o("h3",null,
o("bdi",null,je(e.name))),e.problem?o(Js,{problem:e.problem,detail:e.detail}):o("p",{class:"soft"},e.well)))}function Js({problem:e,detail:t}){let n=(e.more||t)&&
o("details",null,o("summary",null,ln.details),e.more&&o("p",null,e.more),t&&o("p",null,o(w,{text:t})));return o(y,null,o("p",null,o("strong",null,e.title,". "),
o(w,{text:e.detail})),e.action==="unlock"&&o(cn,{label:e.label}),n)}function cn({label:e}){let[t,n]=v("");return o(y,null,o("p",{class:"buttons"},o(P,{kind:"mai\
n",run:async()=>{await h("POST","/v1/keychain/unlock",{}),await qe()},failed:i=>{n(i),i&&E(i)},label:`${e} the keychain`},e)),t&&o("p",{class:"fault"},o(w,{text:t})))}
var Ys={systemd:"a systemd service",xdg:"a desktop entry",launchd:"a launch agent","run-key":"an entry of the registry"};function Xs(){let[e,t]=v(null),[n,r]=v(
"");V(()=>{h("GET","/v1/autostart").then(t,i=>r(U(i)))},[]);let s=async()=>{let i=await h("PUT","/v1/autostart",{on:!e?.on});t(i),E(`${ln.autostart}: ${i.on?"on":
"off"}`)};return!e&&!n?null:o("div",{class:"card start"},e&&o(y,null,o(Zs,{on:e.on,turn:s,tell:r}),e.path&&o("p",{class:"soft"},e.on?"Installed: ":"Would instal\
l: ",Ys[e.kind??""]??""," ",o("code",null,je(e.path))),e.detail&&o("p",null,o(w,{text:e.detail}))),n&&o("p",{class:"fault"},o(w,{text:n})))}function Zs({on:e,turn:t,
tell:n}){let[r,s]=vt(t,n);return o("button",{type:"button",role:"switch",class:"switch","aria-checked":e,"aria-disabled":r||void 0,onClick:s},o("span",{class:"s\
lot","aria-hidden":"true"},o("span",{class:"knob"})),ln.autostart,o("span",{class:"soft","aria-hidden":"true"},e?"On":"Off"))}import{count as ei,fill as ti,isolated as ni,plain as ht,programWord as oi,reasonWord as dn,sentences as ri,stateWord as si}from"./words.js";function kt(e,t){let[
n,r]=v({entries:null,fault:""}),[s,i]=v(0);return V(()=>{let a=!1,c=[],p=ho(u=>{if(!u)return i(l=>l+1);let m=u.filter(l=>!e||l.session===e).reverse();m.length!==
0&&r(l=>l.entries===null?(c=[...m,...c].slice(0,t),l):{...l,entries:[...m,...l.entries].slice(0,t)})}),d=e?A(e,"/history"):"/v1/history";return h("GET",`${d}?li\
mit=${t}`).then(u=>{let m=u[0]?Date.parse(u[0].at):0,l=c.filter(f=>Date.parse(f.at)>m);a||r({entries:[...l,...u].slice(0,t),fault:""})},u=>{a||r({entries:[],fault:U(
u)})}),()=>{a=!0,p()}},[e,t,s]),n}function zo(e){let t=e.detail??{},n=[];return e.type==="session.state"?(n.push([t.was,t.state].filter(Boolean).map(r=>si(r)).join(
" → ")),t.reason&&n.push(dn(t.reason))):e.type==="token.handed_out"?n.push(...ii(t)):e.type==="consent.done"?t.outcome&&t.outcome!=="done"&&n.push(dn(t.outcome).
replaceAll("_"," ")):(t.reason&&n.push(dn(t.reason)),t.message&&n.push(ht(t.message)),t.code&&n.push(ht(t.code)),t.http_status&&n.push(`status ${ht(t.http_status)}`),
e.type==="session.warning"&&t.kind==="outage"&&n.push("the provider cannot be reached")),n.filter(Boolean).join(" · ")}function ii(e){let t=r=>ni(oi(r)),n=Number(
e.count);return[t(e.program??""),n>0?ei("times",n):"",e.parent?ti(ri.started_by,{program:t(e.parent)}):"",e.face&&e.face!=="socket"?ht(e.face):""]}function xt(e){
switch(e.type){case"token.renewed":return"renewed";case"refresh.failed":return"failed";case"session.warning":return"warned";case"consent.done":return e.detail?.
outcome&&e.detail.outcome!=="done"?"failed":"consent";default:return""}}var Bo=.12;function Ko(e,t,n,r,s){let i=n+r*Bo/(1-Bo),a=n-r,c=(i-a)/Math.max(1,s),p={start:a,end:i,bars:[],signs:[],counts:{renewed:0,failed:0,warned:0,consent:0}},
d=1/0,u={};for(let m of t){let l=Date.parse(m.at),f=xt(m);if(f==="renewed"||f==="consent"){let g=Date.parse(m.detail?.expires_at??(d===1/0?e?.access_expires_at??
"":"")),k=Math.min(Number.isNaN(g)?Math.min(d,n):g,d,i);k>a&&ai(p.bars,{from:Math.max(l,a),to:k},c),d=l}if(m.type==="session.state"&&m.detail?.state==="signed_o\
ut"&&(d=l),!f||l<a)continue;p.counts[f]++;let _=u[f];if(_&&_.at-l<c*7?_.n++:p.signs.push(u[f]={at:l,kind:f,n:1}),l<a)break}return p}function ai(e,t,n){let r=e[e.
length-1];r&&r.to-t.from<n*5&&r.from-t.to<n?r.from=t.from:e.push(t)}import{eventWord as li,plain as ci,sentences as Qo,titled as fn}from"./words.js";var Q=36e5,Go=[["1 hour",Q],["24 hours",24*Q],["7 days",168*Q]],di=4e3,ui=1e4,pi=[
["renewed","renewed"],["failed","failed"],["warned","warned"],["consent","signed in"]];function St({name:e,session:t}){let[n,r]=v(24*Q),s=kt(e,di);if(s.fault)return o(
"p",{class:"fault"},o(w,{text:s.fault}));let i=Go.find(([,a])=>a===n)?.[0]??"";return o("div",{class:"timeline"},o("div",{class:"ranges",role:"group","aria-labe\
l":`Time shown of ${fn(e)}`},Go.map(([a,c])=>o("button",{type:"button",key:a,"aria-pressed":n===c,onClick:()=>r(c)},a))),s.entries?o(mi,{name:e,session:t,entries:s.
entries,span:n,spoken:i}):o("p",{class:"soft"},"Reading …"),s.entries&&o(wi,{entries:s.entries,name:e}))}function fi(){let e=L(null),[t,n]=v(0);return V(()=>{
if(!e.current)return;let r=new ResizeObserver(([s])=>s&&n(Math.floor(s.contentRect.width)));return r.observe(e.current),()=>r.disconnect()},[]),[e,t]}var un=60,
ze=18,pn=14,me=74;function mi({name:e,session:t,entries:n,span:r,spoken:s}){let i=D(),[a,c]=fi();we(_=>Math.floor(_/ui));let p=Ve(),d=Ko(t,n,p,r,c),u=_=>Math.round(
(_-d.start)/(d.end-d.start)*c*10)/10,m=vi(r,p,d.start),l=Math.ceil((un+8)/(u(d.start+Jo(r))||1)),f=pi.filter(([_])=>d.counts[_]>0).map(([_,g])=>`${d.counts[_]} \
times ${g}`);return o(y,null,o("div",{class:"picture",ref:a},c>0&&o("svg",{role:"img","aria-labelledby":`${i}-title ${i}-desc`,width:c,height:me,viewBox:`0 0 ${c}\
 ${me}`},o("title",{id:`${i}-title`},`The last ${s} of ${fn(e)}`),o("desc",{id:`${i}-desc`},f.length>0?`${f.join(", ")}.`:Qo.nothing_happened),o("path",{class:"\
axis",d:`M0 ${me-20.5}H${c}`}),m.map(([_,g],k)=>{let T=u(_),b=T>un/2&&Math.abs(T-u(p))>un*.85;return o(y,{key:_},o("path",{class:"axis",d:`M${T} ${me-24}v7`}),b&&
(m.length-k)%l===0&&o("text",{x:T,y:me-5,"text-anchor":"middle"},g))}),d.bars.map(_=>o("rect",{class:"life",key:_.from,x:u(_.from),y:ze+8,rx:"2",height:pn,width:Math.
max(2,u(_.to)-u(_.from)-1)})),o("path",{class:"now",d:`M${u(p)} 4V${me-18}`}),o("text",{class:"now-word",x:u(p),y:me-5,"text-anchor":"middle"},"now"),d.signs.map(
_=>o(_i,{key:_.kind+_.at,sign:_,x:u(_.at)})))),o(gi,null))}function _i({sign:e,x:t}){switch(e.kind){case"renewed":return o("path",{class:"renewed",d:`M${t} ${ze+
5}v${pn+6}`});case"failed":return o("path",{class:"failed",d:`M${t-4.5} ${ze-13}l9 9m0-9l-9 9`});case"warned":return o("path",{class:"warned",d:`M${t} ${ze-14}l\
6 11h-12z`});case"consent":return o("path",{class:"consent",d:`M${t} ${ze+8+pn/2-9}l6.5 9l-6.5 9l-6.5-9z`})}}var gi=he(()=>o("ul",{class:"legend","aria-hidden":"\
true"},o("li",null,o("svg",{width:"22",height:"16"},o("rect",{class:"life",x:"1",y:"3",width:"20",height:"10",rx:"2"})),"good for"),o("li",null,o("svg",{width:"\
10",height:"16"},o("path",{class:"renewed",d:"M5 1v14"})),"renewed"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"consent",d:"M8 1l6 7l-6 7l-6-\
7z"})),"signed in"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"warned",d:"M8 2l6 11h-12z"})),"warned"),o("li",null,o("svg",{width:"14",height:"\
16"},o("path",{class:"failed",d:"M2 3l10 10m0-10l-10 10"})),"failed"))),Jo=e=>e<=Q?Q/6:e<=24*Q?4*Q:24*Q;function vi(e,t,n){let r=Jo(e),s=new Date(t).getTimezoneOffset()*
6e4,i=[];for(let a=Math.ceil((n-s)/r)*r+s;a<t;a+=r){let c=new Date(a);i.push([a,r<24*Q?c.toLocaleTimeString(void 0,{hour:"2-digit",minute:"2-digit"}):c.toLocaleDateString(
void 0,{weekday:"short"})])}return i}var yi=50;function wi({entries:e,name:t}){let[n,r]=v(yi),[s,i]=v(!1);return o("details",{class:"rows",onToggle:a=>i(a.currentTarget.
open)},o("summary",null,"As a table"),s&&o(mn,{caption:`What happened to ${fn(t)}`,entries:e.slice(0,n),names:!1}),s&&e.length>n&&o("button",{type:"button",onClick:()=>r(
n*4)},"Show more"))}var mn=he(({caption:e,entries:t,names:n})=>t.length===0?o("p",{class:"soft"},Qo.nothing_happened,"."):o("table",null,o("caption",{class:"awa\
y"},e),o("thead",null,o("tr",null,o("th",{scope:"col"},"When"),n&&o("th",{scope:"col"},"Session"),o("th",{scope:"col"},"What"))),o("tbody",null,t.map((r,s)=>o(bi,
{key:`${r.at} ${r.session} ${r.type} ${t.length-s}`,entry:r,names:n}))))),bi=he(({entry:e,names:t})=>{let n=zo(e);return o("tr",{"data-kind":xt(e)},o("td",null,
o("time",{dateTime:e.at},ft(e.at))),t&&o("td",{class:"whose"},o("bdi",null,ci(e.session))),o("td",null,li(e.type),n&&o("span",{class:"soft"},": ",o(w,{text:n}))))});import{labels as hi,titled as ki}from"./words.js";var xi=100,Si=1e4;function Yo({state:e}){let[t,n]=v(""),r=D(),s=[...e.sessions.keys()].sort();return o("sectio\
n",{"aria-labelledby":`${r}-title`},o("h2",{id:`${r}-title`,tabIndex:-1,"data-home":!0},hi.history),s.length>0&&o("div",{class:"field"},o("label",{for:r},"Sessi\
on"),o("select",{id:r,value:t,onChange:i=>n(i.currentTarget.value)},o("option",{value:""},"All sessions"),s.map(i=>o("option",{key:i,value:i},ki(i))))),t?o("div",
{class:"card",key:t},o(St,{name:t,session:e.sessions.get(t)??null})):o(Pi,null))}function Pi(){let[e,t]=v(xi),{entries:n,fault:r}=kt("",e);return r?o("p",{class:"\
fault"},o(w,{text:r})):n?o("div",{class:"card"},o(mn,{caption:"What happened to all sessions",entries:n,names:!0}),n.length>=e&&e<Si&&o("button",{type:"button",
onClick:()=>t(e*4)},"Show more")):o("p",{class:"soft"},"Reading …")}import{count as Zo,fill as Pt,from as Ti,isolated as Xo,labels as Te,programWord as Ci,sentences as R,span as $i,titled as Ni}from"./words.js";var Ei=e=>`/v1/ap\
provals/${encodeURIComponent(e.id)}`;async function er(e,t,n){try{await h(e,Ei(t),n)}finally{await Bt(),X()}}function tr({state:e}){let t=D(),n=ce(e.approvals);
return n.length===0?null:o("section",{class:"questions","aria-labelledby":t,"data-part":"questions"},o("h2",{id:t,tabIndex:-1,"data-home":!0},Zo("asking",n.length)),
o("ul",null,n.map(r=>o(Mi,{key:r.id,approval:r}))))}function Mi({approval:e}){let t=Kt(e),n=(r,s,i)=>o(P,{...i&&{kind:i},run:()=>er("POST",e,s),label:`${r}: ${t}`},
r);return o("li",{class:"card question","data-tone":"wait"},o(q,{of:"wait"}),o("div",null,o("h3",null,t),o(nr,{approval:e}),o("p",{class:"soft"},o(or,{text:R.answer_by,
approval:e}),(e.waiting??0)>1&&` · ${Zo("waiting_requests",e.waiting??0)}`),o("div",{class:"buttons"},e.lasting&&n(Te.allow_hour,{allow:!0,hour:!0},"main"),n(Te.
allow_once,{allow:!0},e.lasting?"":"main"),n(Te.deny,{allow:!1},"danger"))))}function nr({approval:e}){let t=e.pid&&e.state==="asking"?` (process ${e.pid})`:"",
n=[[R.program_path,e.program,t],[R.program_parent,e.parent,""],[R.program_folder,e.dir,""]];return o("dl",{class:"where"},n.map(([r,s,i])=>s&&o("div",{key:r},o(
"dt",null,Pt(r,{path:""}).trim()),o("dd",null,o("code",null,o(w,{text:s})),i))))}function or({text:e,approval:t}){let n=s=>Date.parse(t.until??"")-s,r=we(s=>Pt(
e,{when:Ti(n(s)),span:$i(n(s))}));return o(y,null,r)}function Ai(e){return e.state==="allowed"&&e.running?R.answered_run:e.state==="allowed"?e.once?R.answered_once:
R.answered_yes:e.unheard?R.answered_not:R.answered_no}function Vi({approval:e}){let t={program:Xo(Ci(e.program)),name:Xo(e.session)},n=Pt(e.state==="allowed"?R.
allowed:R.denied,t);return o("li",null,o(q,{of:e.state==="allowed"?"ok":"off"}),o("div",null,o("h3",null,n),o("p",{class:"soft"},o(or,{text:Ai(e),approval:e})),
o(nr,{approval:e}),o("div",{class:"buttons"},o(P,{run:()=>er("DELETE",e),label:`${Te.revoke}: ${n}`},Te.revoke))))}function rr({state:e}){let t=e.approvals,n=t?.
approvals.filter(r=>r.state!=="asking")??[];return o("section",{"aria-labelledby":"programs-title"},o("h2",{id:"programs-title",tabIndex:-1,"data-home":!0},Te.programs),
n.length>0&&o("ul",{class:"card parts answers"},n.map(r=>o(Vi,{key:r.id,approval:r}))),t&&t.approvals.length===0&&o("p",null,R.no_approvals,"."),t&&o("p",{class:"\
soft about"},t.sessions.length>0?Pt(R.asked_about,{names:t.sessions.map(Ni).join(", ")}):R.no_approvals_detail))}import{fill as Be,isolated as Li,labels as sr,programWord as ir,remoteWord as dr,sentences as oe,stateWord as ur,titled as Tt}from"./words.js";async function ar(e){
return h("POST",A(e,"/logout"),{})}function Ii(e,t){let n=t.remote==="revoked"||t.remote==="nothing"?"":t.detail||dr(t.remote);n&&K(e,`${ur("signed_out")}: ${n}`)}
async function lr(e){await h("DELETE",A(e)),K(e,""),E(`“${Li(e)}” was removed.`)}var _n=5;function Fi({face:e,label:t,program:n,pid:r}){let s=Tt(t||ir(n??""));
if(e==="file")return Be(oe.used_file,{name:s});if(e==="proxy")return Be(oe.used_proxy,{name:s});let i=n?Tt(ir(n)):s,a=[t&&i!==s?i:"",r?`process ${r}`:""].filter(
Boolean).join(", ");return a?`${s} (${a})`:s}function cr({uses:e}){return e.length===0?null:o("div",{class:"uses"},o("p",null,o("strong",null,oe.stop_working)),
o("ul",null,e.slice(0,_n).map((t,n)=>o("li",{key:n},Fi(t))),e.length>_n&&o("li",null,"and ",e.length-_n," more")))}function pr({question:e,session:t}){let n=L(null),
[r,s]=v("");B(()=>n.current?.showModal(),[]);let i=()=>n.current?.close(),a=m=>async()=>{await m(),i()},c=async()=>{let{remote:m}=await ar(e.name);if(m==="unrea\
chable"||m==="unsupported")throw new H(`${ur("signed_out")}: ${dr(m)}.`);await lr(e.name),i()},p=o("button",{type:"button",onClick:i},sr.cancel),d=Tt(e.name),u=e.
what==="sign_out"?o(y,null,o("h2",{id:"question"},Be(oe.confirm_sign_out,{name:d})),o("p",null,oe.confirm_sign_out_detail),e.related.length>0&&o("p",null,o("str\
ong",null,o(w,{text:Be(oe.related,{names:e.related.map(Tt).join(", ")})}))),o(cr,{uses:e.uses}),r&&o("p",{class:"fault"},o(w,{text:r})),o("div",{class:"buttons"},
p,o(P,{kind:"danger",failed:s,run:a(async()=>Ii(e.name,await ar(e.name)))},sr.sign_out))):o(y,null,o("h2",{id:"question"},Be(oe.confirm_remove,{name:d})),o("p",
null,oe.confirm_remove_detail),o(cr,{uses:e.uses}),r&&o("p",{class:"fault"},o(w,{text:r})),o("div",{class:"buttons"},p,t&&t.state!=="signed_out"&&o(P,{kind:"dan\
ger",failed:s,run:c},"Sign out and remove"),o(P,{kind:"danger",failed:s,run:a(()=>lr(e.name))},"Remove")));return o("dialog",{ref:n,"aria-labelledby":"question",
onClose:()=>S({question:null})},u)}import{commandOf as Ri,fields as Di,isolated as Hi,labels as W,reasonWord as Oi,stateWord as qi,titled as Wi}from"./words.js";var re=e=>e?o("time",{dateTime:e},
ft(e)):null,_e=e=>e?o("code",null,o(w,{text:e})):null,Ui=Di.name?.label??"Name";function fr({session:e,problem:t}){let n=e.last_error,r=[[Ui,Wi(e.name)===e.name?
null:o(w,{text:e.name})],[W.state,o(y,{key:"state"},qi(e.state),e.reason&&`: ${Hi(Oi(e.reason))}`," (",_e([e.state,e.reason].filter(Boolean).join(", ")),")")],[
"Why",t?.more],["The keeper says",e.detail&&o(w,{text:e.detail})],["Last error",n&&o(y,null,_e(n.code),n.http_status?` (${W.http_status} ${n.http_status})`:"","\
, ",re(n.at),n.message&&o(y,null,": ",o(w,{text:n.message})))],[W.provider,_e(e.provider)],[W.provider_address,_e(e.issuer)],[W.account,[e.account.name,e.account.
email,e.account.sub].filter(Boolean).map((s,i)=>o(y,{key:i},i>0&&" · ",o(w,{text:s})))],[W.app_id,_e(e.client_id)],[W.permissions,_e((e.scopes??[]).join(" "))],
[W.signed_in,re(e.signed_in_at)],[W.last_renewed,re(e.last_refresh_at)],[W.renews,re(e.renew_at)],["Access token ends",re(e.access_expires_at)],["Warns",re(e.warn_at)],
[W.ends,re(e.ends_at)],[W.next_try,re(e.next_try_at)],["Generation",e.generation>0?_e(String(e.generation)):null],["Command",t?.command&&o(Z,{text:Ri(t.command,
e.name),what:"the command"})]];return o("dl",{class:"facts"},r.filter(([,s])=>s&&!(Array.isArray(s)&&s.length===0)).map(([s,i])=>o("div",{key:s},o("dt",null,s),
o("dd",null,i))))}import{fill as Ct,from as $t,sentences as Nt,span as ji,tone as gn}from"./words.js";var yn=200,wn=(e,t)=>e?Date.parse(e)-t:NaN;function vn(e,t,n){let r=wn(t,Date.
parse(e??"")),s=wn(t,n);return r>0&&s>0?Math.min(yn,Math.ceil(s/r*yn)):-1}function zi(e,t){let n={words:"",quiet:"",bar:-1,tone:"good"};if(e.state==="paused"||e.
state==="signed_out")return n;let[r,s,i,a]=[e.ends_at,e.renew_at,e.next_try_at,e.usable_until].map(_=>wn(_,t)),c=e.state==="active"||e.state==="expiring",p=a>0?
`Programs can use it for ${ji(a)} more`:"",d=r<=0?Ct(Nt.ended,{when:$t(r)}):"";if(!c&&e.state!=="retrying")return{...n,words:d,quiet:p,tone:gn(e.state)};let u=[];
e.state==="retrying"&&i>0&&u.push(Ct(Nt.next_try,{when:$t(i)}));let m=!e.ends_firm&&r>0&&e.state!=="expiring",l=!Number.isNaN(r)&&!m;if(c&&s>0&&!(l&&s>=r)&&u.push(
Ct(Nt.renews,{when:$t(s)})),l)return!c&&p&&u.unshift(p),{words:d||Ct(Nt.ends,{when:$t(r)}),quiet:u.join(" · "),bar:vn(e.signed_in_at??e.last_refresh_at,e.ends_at,
t),tone:e.state==="active"?"good":gn(e.state)};if(c&&s>0)return{...n,tone:"off",quiet:u.join(" · "),bar:vn(e.last_refresh_at??e.signed_in_at,e.renew_at,t)};let f=vn(
e.last_refresh_at??e.signed_in_at,e.usable_until,t);return{words:p,quiet:u.join(" · "),bar:f,tone:gn(e.state)}}function mr({session:e}){let t=D(),n=we(c=>{let p=zi(
e,c);return[p.words,p.quiet,p.bar,p.tone].join(`
`)}),[r,s,i,a]=n.split(`
`);return!r&&!s?null:o("div",{class:"times"},i!=="-1"&&o("progress",{class:r?"":"quiet","data-tone":a,max:yn,value:Number(i),"aria-labelledby":t}),o("p",{id:t,class:"\
time"},r&&o("span",{class:"ends"},r),r&&s&&" ",s&&o("span",{class:"soft"},s)))}import{fields as _r,fill as Bi,isolated as Ki,labels as F,plain as bn,problemOf as Gi,sentences as Qi,stateWord as gr,titled as Ge,tone as Ji}from"./words.js";var Ke=(e,t,n={})=>h(
"POST",A(e.name,t),n),vr=he(({session:e,provider:t,running:n,opened:r,locked:s,note:i})=>{let[a,c]=v(!1),p=D(),d=e.account.email||e.account.name||e.account.sub||
"",u=Gi(e),m=s&&e.state==="keychain_locked",l=f=>K(e.name,f);return o("li",{class:"session card","data-tone":Ji(e.state),"data-state":e.state},o(q,{of:e.state}),
o("div",{class:"head"},o("h3",{tabIndex:-1,"data-home":!0,dir:"auto"},bn(e.name)),o("p",{class:"who"},d&&o("bdi",null,bn(d)),d&&t&&" · ",t&&o("bdi",null,bn(t)))),
o("p",{class:"state"},gr(e.state)),o("button",{type:"button",class:"quiet fold","aria-expanded":a,"aria-controls":a?p:void 0,"aria-label":`${F.details} of ${Ge(
e.name)}`,onClick:()=>c(!a)},F.details,o("svg",{viewBox:"0 0 12 12",width:"12",height:"12","aria-hidden":"true"},o("path",{d:"m2 4 4 4 4-4"}))),o("div",{class:"\
rest"},m?o("p",{class:"why"},"Waits for the keychain"):o(Yi,{session:e,problem:u}),o(mr,{session:e}),i&&o(Xi,{session:e,told:i}),n?o(wt,{name:e.name,running:n,key:n.
id}):!m&&o(Zi,{session:e,problem:u,opened:r,tell:l}),a&&o("div",{id:p,class:"details"},o(ta,{session:e,running:n!==void 0,tell:l}),o(St,{name:e.name,session:e}),
o(fr,{session:e,problem:u}))))});function Yi({session:e,problem:t}){if(!t)return e.detail?o("p",{class:"why"},o(w,{text:e.detail})):null;let n=t.title===gr(e.state);
return o("div",{class:"why"},o("p",null,!n&&o("strong",null,t.title,". "),t.detail),e.detail&&e.state==="setup_needed"&&o("p",{class:"soft"},o(w,{text:e.detail})))}
function Xi({session:e,told:t}){return o("div",{class:"note"},o("p",null,o(w,{text:t.text})),t.failure==="wrong_account"&&e.reason!=="wrong_account"&&o(yr,{session:e,
tell:n=>K(e.name,n)}))}function yr({session:e,tell:t}){return o(P,{run:()=>de(e.name,{as_other:!0}),failed:t,label:`Use the other account for ${Ge(e.name)}`},"U\
se the other account")}function Zi({session:e,problem:t,opened:n,tell:r}){let s=Ge(e.name);if(n)return o("div",{class:"panel","data-part":"opened"},o("p",null,Bi(
Qi.waiting,{name:Ki(e.name)})),o("div",{class:"buttons"},o(P,{run:()=>de(e.name),failed:r,label:`Open the page again: ${s}`},"Open the page again")));switch(t?.
action){case"sign_in":case"sign_in_again":return o("div",{class:"buttons"},o(P,{kind:"main",run:()=>de(e.name),failed:r,label:`${t.label} to ${s}`},t.label),e.reason===
"wrong_account"&&o(yr,{session:e,tell:r}));case"resume":return o("div",{class:"buttons"},o(P,{kind:"main",run:()=>Ke(e,"/resume"),failed:r,label:`${t.label} ${s}`},
t.label));case"unlock":return o("div",{class:"buttons"},o(P,{kind:"main",run:()=>h("POST","/v1/keychain/unlock",{}),failed:r,label:`${t.label} the keychain for ${s}`},
t.label));case"set_secret":return o(ea,{session:e,label:t.label});default:return e.state==="retrying"?o("div",{class:"buttons"},o(P,{run:()=>Ke(e,"/refresh"),failed:r,
label:`${F.try_again}: ${s}`},F.try_again)):null}}function ea({session:e,label:t}){let[n,r]=v(!1),[s,i]=v(""),[a,c]=v("");return n?o(ke,{class:"secret",run:async()=>{
if(!s)throw new Error("Enter the secret.");await Ke(e,"/secret",{client_secret:s}),r(!1),i("")},failed:u=>{c(u),u&&E(u)},label:F.save,cancel:()=>r(!1)},o(G,{name:"\
client_secret",label:_r.client_secret?.label??"",type:"secret",required:!0,value:s,set:i,fault:a,hint:_r.client_secret?.hint})):o("div",{class:"buttons"},o("but\
ton",{type:"button",class:"main","aria-label":`${t} ${Ge(e.name)}`,onClick:()=>r(!0)},t))}function ta({session:e,running:t,tell:n}){let r=Ge(e.name),s=(...p)=>p.
includes(e.state),i=()=>h("GET",A(e.name,"/uses")),a=async()=>{let[p,d]=await Promise.all([h("GET",A(e.name,"/related")),i()]);S({question:{what:"sign_out",name:e.
name,related:p,uses:d}})},c=async()=>S({question:{what:"remove",name:e.name,related:[],uses:await i()}});return o("div",{class:"buttons"},s("active","retrying",
"expiring")&&o(P,{run:()=>Ke(e,"/refresh"),failed:n,label:`${F.refresh} ${r}`},F.refresh),s("active","retrying")&&!t&&o(P,{run:()=>de(e.name),failed:n,label:`${F.
sign_in_again} to ${r}`},F.sign_in_again),!s("paused","signed_out")&&o(P,{run:()=>Ke(e,"/pause"),failed:n,label:`${F.pause} ${r}`},F.pause),!s("signed_out")&&o(
P,{run:a,failed:n,label:`${F.sign_out} of ${r}`},F.sign_out),o(P,{run:c,failed:n,label:`${F.remove} ${r}`},F.remove))}import{count as Et,labels as na,plain as oa,sentences as wr,titled as ra}from"./words.js";var sa=12;function br({state:e}){let[t,n]=v(""),[r,s]=v(""),i=L(null),
{sessions:a,order:c}=e,p=new Map(e.providers?.map(g=>[g.id,g.name])),d=g=>p.get(g.provider)||g.provider||ia(g.issuer),u=g=>d(g).toLowerCase()===g.name.toLowerCase()?
"":d(g),m=t.trim().toLowerCase(),l=g=>!m||[g.name,g.account.email,g.account.name,d(g)].some(k=>k?.toLowerCase().includes(m)),f=e.health!==null&&e.health.keychain.
state!=="ok",_=g=>{n(""),s(g)};return V(()=>{if(!r)return;let g=i.current?.children[c.indexOf(r)];g?.scrollIntoView({block:"center"}),g?.querySelector("[data-ho\
me]")?.focus({preventScroll:!0}),s("")},[r]),a.size===0?o(ca,null):o("section",{"aria-labelledby":"summary"},o(la,{state:e,goTo:_}),a.size>sa&&o("div",{class:"f\
ind"},o(G,{name:"find",type:"search",label:"Find a session",required:!0,value:t,set:n})),o("ul",{class:"sessions",ref:i},c.map(g=>{let k=a.get(g);return k&&l(k)&&
o(vr,{key:g,session:k,provider:u(k),running:e.signIns.get(g),opened:e.opened.has(g),locked:f,note:e.notes.get(g)})})))}function ia(e){try{return e?new URL(e).host:
""}catch{return oa(e??"")}}var hn=5,aa=3;function la({state:e,goTo:t}){let{sessions:n,order:r,headed:s}=e,i=ct(n),a=n.size,c=[...n.values()].every(l=>l.state===
"active"),p=[...n.values()].filter(l=>l.state==="sign_in_needed").length,d=i===p?Et("waiting",i):i===1?"1 session needs you":`${i} sessions need you`,u=i>0?d:c?
Et("well",a):Et("sessions",a),m=r.slice(aa).filter(l=>!s.has(l)&&lt(n.get(l)));return o("div",{class:"summary","data-tone":i>0?"bad":c?"good":"off"},(i>0||c)&&o(
q,{of:i>0?"bad":"ok"}),o("h2",{id:"summary",tabIndex:-1,"data-home":!0},u),i>0&&a>i&&o("p",{class:"soft"},Et("sessions",a)," in all"),m.length>0&&o("ul",{class:"\
jumps","aria-label":"Go to those that need you"},m.slice(0,hn).map(l=>o("li",{key:l},o("button",{type:"button",class:"quiet",onClick:()=>t(l)},ra(l)))),m.length>
hn&&o("li",{class:"soft"},"and ",m.length-hn," more below")))}function ca(){return o("section",{class:"empty","aria-labelledby":"summary"},o("h2",{id:"summary",
tabIndex:-1,"data-home":!0},wr.no_sessions),o("p",null,wr.no_sessions_detail),o("p",null,o("a",{class:"main",href:"#go=add"},na.add.replace("…",""))))}import{keychainProblem as da,labels as Ce}from"./words.js";var ua=[["sessions",Ce.sessions],["programs",Ce.programs],["add",Ce.add.replace("…","")],["history",
Ce.history],["health","Health"]];function pa(){let e=Zn(),t=ct(e.sessions)+ce(e.approvals).length;V(()=>{document.title=t>0?`(${t}) Sessionkeeper`:"Sessionkeepe\
r"},[t]);let n=e.link==="live"||e.link==="lost"&&e.sessions.size>0||e.link==="opening";return o(y,null,o("header",null,o("h1",{tabIndex:-1,"data-home":!0},o("im\
g",{src:"/favicon.svg",alt:"",width:"28",height:"28"}),"Sessionkeeper"),e.link!=="closed"&&o("nav",{"aria-label":"Parts of this page"},ua.map(([r,s])=>o("a",{key:r,
href:r==="sessions"?"#":`#go=${r}`,"aria-current":e.view===r?"page":void 0},s)))),o("p",{class:"away",role:"status"},e.said),o("main",null,e.link==="lost"&&o(va,
null),e.link==="closed"&&o(ya,null),n&&o(_a,{state:e}),n&&o(tr,{state:e}),n&&e.link!=="opening"&&o(fa,{state:e,key:e.view})),e.link!=="closed"&&o("footer",null,
o("a",{href:"/licenses.txt",target:"_blank",rel:"noopener noreferrer"},"Licences")),e.question&&o(pr,{question:e.question,session:e.sessions.get(e.question.name)}))}
var hr=!0;function fa({state:e}){let t=L(null);return B(()=>{hr||t.current?.querySelector("h2")?.focus(),hr=!1},[]),o("div",{ref:t},ma(e))}function ma(e){switch(e.
view){case"programs":return o(rr,{state:e});case"add":return o(Do,{state:e});case"history":return o(Yo,{state:e});case"health":return o(jo,{state:e});default:return o(
br,{state:e})}}function _a({state:e}){let t=e.health?.keychain;if(!t||t.state==="ok"||e.view==="health")return null;let n=da(t.state);return o("div",{class:"ban\
ner","data-part":"keychain"},o(q,{of:"keychain_locked"}),o("div",null,o("p",null,o("strong",null,n.title,". "),n.detail),n.action==="unlock"&&o(cn,{label:n.label})))}
var ga=o(y,null,"open this page again from the tray icon, or run ",o("code",null,"sessionkeeper ui"));function va(){return o("div",{class:"banner","data-part":"\
lost"},o(q,{of:"retrying"}),o("div",null,o("p",null,o("strong",null,"The keeper does not answer. "),"What you see may be old. This page goes on by itself when t\
he keeper is back. If it does not, ",ga,"."),o("p",{class:"buttons"},o("button",{type:"button",onClick:en},Ce.try_again))))}function ya(){return o("section",{class:"\
empty","data-part":"closed","aria-labelledby":"closed-title"},o("h2",{id:"closed-title",tabIndex:-1,"data-home":!0},"Open this page again"),o("p",null,"For your\
 safety it shows your sessions only where Sessionkeeper itself has opened it, and until the keeper is started anew."),o("p",null,"Choose ",o("strong",null,Ce.open_page),
" in the menu of the tray icon, or run this command:"),o("p",null,o(Z,{text:"sessionkeeper ui",what:"the command"})))}var wa=document.getElementById("app");qo(document.
body);Dn(o(pa,null),wa);tn();addEventListener("hashchange",()=>{tn()});
