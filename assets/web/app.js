var Qe,k,_n,es,Z,un,gn,vn,kt,je,be,yn,Pt,xt,St,ts,Be={},Ke=[],ns=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,Je=Array.isArray;function G(e,t){
for(var n in t)e[n]=t[n];return e}function Ct(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function o(e,t,n){var s,r,i,a={};for(i in t)i=="key"?s=t[i]:i=="re\
f"?r=t[i]:a[i]=t[i];if(arguments.length>2&&(a.children=arguments.length>3?Qe.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(i in e.defaultProps)
a[i]===void 0&&(a[i]=e.defaultProps[i]);return ze(e,a,s,r,null)}function ze(e,t,n,s,r){var i={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,
constructor:void 0,__v:r??++_n,__i:-1,__u:0};return r==null&&k.vnode!=null&&k.vnode(i),i}function y(e){return e.children}function fe(e,t){this.props=e,this.context=t}function ne(e,t){if(t==null)return e.__?ne(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)
if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?ne(e):null}function os(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,s=[],r=[],i=G({},
t);i.__v=t.__v+1,k.vnode&&k.vnode(i),Tt(e.__P,i,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,s,n??ne(t),!!(32&t.__u),r),i.__v=t.__v,i.__.__k[i.__i]=i,xn(s,i,r),
t.__e=t.__=null,i.__e!=n&&hn(i)}}function hn(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.
__e=e.__c.base=t.__e}),hn(e)}function fn(e){(!e.__d&&(e.__d=!0)&&Z.push(e)&&!Ge.__r++||un!=k.debounceRendering)&&((un=k.debounceRendering)||gn)(Ge)}function Ge(){
try{for(var e,t=1;Z.length;)Z.length>t&&Z.sort(vn),e=Z.shift(),t=Z.length,os(e)}finally{Z.length=Ge.__r=0}}function wn(e,t,n,s,r,i,a,c,f,d,u){var m,l,p,_,g,b,S=s&&
s.__k||Ke,w=t.length;for(f=ss(n,t,S,f,w),m=0;m<w;m++)(p=n.__k[m])!=null&&(l=p.__i!=-1&&S[p.__i]||Be,p.__i=m,b=Tt(e,p,l,r,i,a,c,f,d,u),_=p.__e,p.ref&&l.ref!=p.ref&&
(l.ref&&$t(l.ref,null,p),u.push(p.ref,p.__c||_,p)),g==null&&_!=null&&(g=_),4&p.__u?(f=bn(p,f,e),l.__e&&(l.__e=null)):typeof p.type=="function"&&b!==void 0?f=b:_&&
(f=_.nextSibling),p.__u&=-7);return n.__e=g,f}function ss(e,t,n,s,r){var i,a,c,f,d,u=n.length,m=u,l=0;for(e.__k=new Array(r),i=0;i<r;i++)(a=t[i])!=null&&typeof a!=
"boolean"&&typeof a!="function"?(typeof a=="string"||typeof a=="number"||typeof a=="bigint"||a.constructor==String?a=e.__k[i]=ze(null,a,null,null,null):Je(a)?a=
e.__k[i]=ze(y,{children:a},null,null,null):a.constructor===void 0&&a.__b>0?a=e.__k[i]=ze(a.type,a.props,a.key,a.ref?a.ref:null,a.__v):e.__k[i]=a,f=i+l,a.__=e,a.
__b=e.__b+1,c=null,(d=a.__i=rs(a,n,f,m))!=-1&&(m--,(c=n[d])&&(c.__u|=2)),c==null||c.__v==null?(d==-1&&(r>u?l--:r<u&&l++),typeof a.type!="function"&&(a.__u|=4)):
d!=f&&(d==f-1?l--:d==f+1?l++:(d>f?l--:l++,a.__u|=4))):e.__k[i]=null;if(m)for(i=0;i<u;i++)(c=n[i])!=null&&(2&c.__u)==0&&(c.__e==s&&(s=ne(c)),Pn(c,c));return s}function bn(e,t,n){
var s,r;if(typeof e.type=="function"){for(s=e.__k,r=0;s&&r<s.length;r++)s[r]&&(s[r].__=e,t=bn(s[r],t,n));return t}e.__e!=t&&(t&&e.type&&!t.parentNode&&(t=ne(e)),
t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function rs(e,t,n,s){var r,i,a,c=e.key,f=e.type,d=t[n],u=d!=null&&(2&d.__u)==0;if(d===null&&c==null||u&&c==d.key&&f==d.type)return n;if(s>(u?1:0)){for(r=n-1,i=n+
1;r>=0||i<t.length;)if((d=t[a=r>=0?r--:i++])!=null&&(2&d.__u)==0&&c==d.key&&f==d.type)return a}return-1}function pn(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=
n==null?"":typeof n!="number"||ns.test(t)?n:n+"px"}function Ue(e,t,n,s,r){var i,a;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="str\
ing"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||pn(e.style,t,"");if(n)for(t in n)s&&n[t]==s[t]||pn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")i=t!=(t=t.replace(
yn,"$1")),a=t.toLowerCase(),t=a in e||t=="onFocusOut"||t=="onFocusIn"?a.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+i]=n,n?s?n[be]=s[be]:(n[be]=Pt,e.addEventListener(
t,i?St:xt,i)):e.removeEventListener(t,i?St:xt,i);else{if(r=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&
t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}
typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function mn(e){return function(t){if(this.l){
var n=this.l[t.type+e];if(t[je]==null)t[je]=Pt++;else if(t[je]<n[be])return;return n(k.event?k.event(t):t)}}}function Tt(e,t,n,s,r,i,a,c,f,d){var u,m,l,p,_,g,b,
S,w,q,he,te,we,dn,We,bt,W=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(f=!!(32&n.__u),i=[c=t.__e=n.__e]),(u=k.__b)&&u(t);e:if(typeof W=="function"){
m=a.length;try{if(w=t.props,q=W.prototype&&W.prototype.render,he=(u=W.contextType)&&s[u.__c],te=u?he?he.props.value:u.__:s,n.__c?S=(l=t.__c=n.__c).__=l.__E:(q?t.
__c=l=new W(w,te):(t.__c=l=new fe(w,te),l.constructor=W,l.render=as),he&&he.sub(l),l.state||(l.state={}),l.__n=s,p=l.__d=!0,l.__h=[],l._sb=[]),q&&l.__s==null&&(l.
__s=l.state),q&&W.getDerivedStateFromProps!=null&&(l.__s==l.state&&(l.__s=G({},l.__s)),G(l.__s,W.getDerivedStateFromProps(w,l.__s))),_=l.props,g=l.state,l.__v=t,
p)q&&W.getDerivedStateFromProps==null&&l.componentWillMount!=null&&l.componentWillMount(),q&&l.componentDidMount!=null&&l.__h.push(l.componentDidMount);else{if(q&&
W.getDerivedStateFromProps==null&&w!==_&&l.componentWillReceiveProps!=null&&l.componentWillReceiveProps(w,te),t.__v==n.__v||!l.__e&&l.shouldComponentUpdate!=null&&
l.shouldComponentUpdate(w,l.__s,te)===!1){t.__v!=n.__v&&(l.props=w,l.state=l.__s,l.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(ue){ue&&(ue.__=t)}),Ke.push.
apply(l.__h,l._sb),l._sb=[],l.__h.length&&a.push(l),c=ne(n);break e}l.componentWillUpdate!=null&&l.componentWillUpdate(w,l.__s,te),q&&l.componentDidUpdate!=null&&
l.__h.push(function(){l.componentDidUpdate(_,g,b)})}if(l.context=te,l.props=w,l.__P=e,l.__e=!1,we=k.__r,dn=0,q)l.state=l.__s,l.__d=!1,we&&we(t),u=l.render(l.props,
l.state,l.context),Ke.push.apply(l.__h,l._sb),l._sb=[];else do l.__d=!1,we&&we(t),u=l.render(l.props,l.state,l.context),l.state=l.__s;while(l.__d&&++dn<25);l.state=
l.__s,l.getChildContext!=null&&(s=G(G({},s),l.getChildContext())),q&&!p&&l.getSnapshotBeforeUpdate!=null&&(b=l.getSnapshotBeforeUpdate(_,g)),We=u!=null&&u.type===
y&&u.key==null?Sn(u.props.children):u,c=wn(e,Je(We)?We:[We],t,n,s,r,i,a,c,f,d),l.base=t.__e,t.__u&=-161,l.__h.length&&a.push(l),S&&(l.__E=l.__=null)}catch(ue){if(a.
length=m,t.__v=null,f||i!=null){if(ue.then){for(t.__u|=f?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;i!=null&&(i[i.indexOf(c)]=null),t.__e=c}else if(i!=
null)for(bt=i.length;bt--;)Ct(i[bt])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),ue.then||kn(t),k.__e(ue,t,n)}}else i==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=
n.__e):c=t.__e=is(n.__e,t,n,s,r,i,a,f,d);return(u=k.diffed)&&u(t),128&t.__u?void 0:c}function kn(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(kn))}function xn(e,t,n){
for(var s=0;s<n.length;s++)$t(n[s],n[++s],n[++s]);k.__c&&k.__c(t,e),e.some(function(r){try{e=r.__h,r.__h=[],e.some(function(i){i.call(r)})}catch(i){k.__e(i,r.__v)}})}
function Sn(e){return typeof e!="object"||e==null||e.__b>0?e:Je(e)?e.map(Sn):e.constructor!==void 0?null:G({},e)}function is(e,t,n,s,r,i,a,c,f){var d,u,m,l,p,_,
g,b=n.props||Be,S=t.props,w=t.type;if(w=="svg"?r="http://www.w3.org/2000/svg":w=="math"?r="http://www.w3.org/1998/Math/MathML":r||(r="http://www.w3.org/1999/xht\
ml"),i!=null){for(d=0;d<i.length;d++)if((p=i[d])&&"setAttribute"in p==!!w&&(w?p.localName==w:p.nodeType==3)){e=p,i[d]=null;break}}if(e==null){if(w==null)return document.
createTextNode(S);e=document.createElementNS(r,w,S.is&&S),c&&(k.__m&&k.__m(t,i),c=!1),i=null}if(w==null)b===S||c&&e.data==S||(e.data=S);else{if(i=w=="textarea"&&
S.defaultValue!=null?null:i&&Qe.call(e.childNodes),!c&&i!=null)for(b={},d=0;d<e.attributes.length;d++)b[(p=e.attributes[d]).name]=p.value;for(d in b)p=b[d],d=="\
dangerouslySetInnerHTML"?m=p:d=="children"||d in S||d=="value"&&"defaultValue"in S||d=="checked"&&"defaultChecked"in S||Ue(e,d,null,p,r);for(d in S)p=S[d],d=="c\
hildren"?l=p:d=="dangerouslySetInnerHTML"?u=p:d=="value"?_=p:d=="checked"?g=p:c&&typeof p!="function"||b[d]===p||Ue(e,d,p,b[d],r);if(u)c||m&&(u.__html==m.__html||
u.__html==e.innerHTML)||(e.innerHTML=u.__html),t.__k=[];else if(m&&(e.innerHTML=""),wn(t.type=="template"?e.content:e,Je(l)?l:[l],t,n,s,w=="foreignObject"?"http\
://www.w3.org/1999/xhtml":r,i,a,i?i[0]:n.__k&&ne(n,0),c,f),i!=null)for(d=i.length;d--;)Ct(i[d]);c&&w!="textarea"||(d="value",w=="progress"&&_==null?e.removeAttribute(
"value"):_!=null&&(_!==e[d]||w=="progress"&&!_||w=="option"&&_!=b[d])&&Ue(e,d,_,b[d],r),d="checked",g!=null&&g!=e[d]&&Ue(e,d,g,b[d],r))}return e}function $t(e,t,n){
try{if(typeof e=="function"){var s=typeof e.__u=="function";s&&e.__u(),s&&t==null||(e.__u=e(t))}else e.current=t}catch(r){k.__e(r,n)}}function Pn(e,t,n){var s,r;
if(k.unmount&&k.unmount(e),(s=e.ref)&&(s.current&&s.current!=e.__e||$t(s,null,t)),(s=e.__c)!=null){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(i){
k.__e(i,t)}s.base=s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&Pn(s[r],t,n||typeof e.type!="function");n||Ct(e.__e),e.__c=e.__=e.__e=void 0}function as(e,t,n){
return this.constructor(e,n)}function Cn(e,t,n){var s,r,i,a;t==document&&(t=document.documentElement),k.__&&k.__(e,t),r=(s=typeof n=="function")?null:n&&n.__k||
t.__k,i=[],a=[],Tt(t,e=(!s&&n||t).__k=o(y,null,[e]),r||Be,Be,t.namespaceURI,!s&&n?[n]:r?null:t.firstChild?Qe.call(t.childNodes):null,i,!s&&n?n:r?r.__e:t.firstChild,
s,a),xn(i,e,a),e.props.children=null}Qe=Ke.slice,k={__e:function(e,t,n,s){for(var r,i,a;t=t.__;)if((r=t.__c)&&!r.__)try{if((i=r.constructor)&&i.getDerivedStateFromError!=null&&(r.setState(i.getDerivedStateFromError(
e)),a=r.__d),r.componentDidCatch!=null&&(r.componentDidCatch(e,s||{}),a=r.__d),a)return r.__E=r}catch(c){e=c}throw e}},_n=0,es=function(e){return e!=null&&e.constructor===
void 0},fe.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=G({},this.state),typeof e=="function"&&(e=e(G({},n),this.
props)),e&&G(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),fn(this))},fe.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),fn(this))},
fe.prototype.render=y,Z=[],gn=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,vn=function(e,t){return e.__v.__b-t.__v.__b},
Ge.__r=0,kt=Math.random().toString(8),je="__d"+kt,be="__a"+kt,yn=/(PointerCapture)$|Capture$/i,Pt=0,xt=mn(!1),St=mn(!0),ts=0;var oe,P,Mt,Tn,Xe=0,Fn=[],C=k,$n=C.__b,Mn=C.__r,En=C.diffed,Nn=C.__c,Ln=C.unmount,Vn=C.__;function ke(e,t){C.__h&&C.__h(P,e,Xe||t),Xe=0;var n=P.__H||(P.__H={__:[],
__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function v(e){return Xe=1,ls(Rn,e)}function ls(e,t,n){var s=ke(oe++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):Rn(void 0,
t),function(c){var f=s.__N?s.__N[0]:s.__[0],d=s.t(f,c);f!==d&&(s.__N=[d,s.__[1]],s.__c.setState({}))}],s.__c=P,!P.__f)){var r=function(c,f,d){if(!s.__c.__H)return!0;
var u=!1,m=s.__c.props!==c;if(s.__c.__H.__.some(function(p){if(p.__N){u=!0;var _=p.__[0];p.__=p.__N,p.__N=void 0,_!==p.__[0]&&(m=!0)}}),i){var l=i.call(this,c,f,
d);return u?l||m:l}return!u||m};P.__f=!0;var i=P.shouldComponentUpdate,a=P.componentWillUpdate;P.componentWillUpdate=function(c,f,d){if(this.__e){var u=i;i=void 0,
r(c,f,d),i=u}a&&a.call(this,c,f,d)},P.shouldComponentUpdate=r}return s.__N||s.__}function V(e,t){var n=ke(oe++,3);!C.__s&&Nt(n.__H,t)&&(n.__=e,n.u=t,P.__H.__h.push(
n))}function U(e,t){var n=ke(oe++,4);!C.__s&&Nt(n.__H,t)&&(n.__=e,n.u=t,P.__h.push(n))}function I(e){return Xe=5,cs(function(){return{current:e}},[])}function cs(e,t){var n=ke(oe++,7);return Nt(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function j(){var e=ke(oe++,11);if(!e.__){for(var t=P.__v;t!==null&&!t.__m&&t.__!==null;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function ds(){
for(var e;e=Fn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Ye),t.__h.some(Et),t.__h=[]}catch(n){t.__h=[],C.__e(n,e.__v)}}}C.__b=function(e){P=null,$n&&$n(e)},
C.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Vn&&Vn(e,t)},C.__r=function(e){Mn&&Mn(e),oe=0;var t=(P=e.__c).__H;t&&(Mt===P?(t.__h=[],P.__h=[],t.__.some(
function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(Ye),t.__h.some(Et),t.__h=[],oe=0)),Mt=P},C.diffed=function(e){En&&En(e);var t=e.__c;t&&t.__H&&(t.
__H.__h.length&&(Fn.push(t)!==1&&Tn===C.requestAnimationFrame||((Tn=C.requestAnimationFrame)||us)(ds)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),
Mt=P=null},C.__c=function(e,t){t.some(function(n){try{n.__h.some(Ye),n.__h=n.__h.filter(function(s){return!s.__||Et(s)})}catch(s){t.some(function(r){r.__h&&(r.__h=
[])}),t=[],C.__e(s,n.__v)}}),Nn&&Nn(e,t)},C.unmount=function(e){Ln&&Ln(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(s){try{Ye(s)}catch(r){t=r}}),n.__H=void 0,
t&&C.__e(t,n.__v))};var In=typeof requestAnimationFrame=="function";function us(e){var t,n=function(){clearTimeout(s),In&&cancelAnimationFrame(t),setTimeout(e)},
s=setTimeout(n,35);In&&(t=requestAnimationFrame(n))}function Ye(e){var t=P,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),P=t}function Et(e){var t=P;e.__c=e.__(),
P=t}function Nt(e,t){return!e||e.length!==t.length||t.some(function(n,s){return n!==e[s]})}function Rn(e,t){return typeof t=="function"?t(e):t}var Ze="bearer",Q=class extends Error{},A=class extends Error{code;field;constructor(t,n="",s=""){super(t),this.code=n,this.field=s}},se=class extends Error{},pe=()=>sessionStorage.
getItem(Ze)!==null;async function An(e){let t=await Dn("/v1/ui/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({code:e})});
if(t.ok)sessionStorage.setItem(Ze,(await t.json()).bearer);else if(!pe())throw new Q}async function Dn(e,t){try{return await fetch(e,t)}catch{throw new se("The \
keeper does not answer. Try again in a moment.")}}async function Hn(e,t,n){let s={Authorization:`Bearer ${sessionStorage.getItem(Ze)??""}`},r={method:e,headers:s};
n!==void 0&&(s["Content-Type"]="application/json",r.body=JSON.stringify(n));let i=await Dn(t,r);if(i.ok)return i;let a=i.headers.get("Content-Type")?.startsWith(
"application/problem+json")??!1;if(!a&&t==="/v1/health")return i;let c=a?await i.json():{};throw i.status===401&&c.code!=="sign_in_needed"?(sessionStorage.removeItem(
Ze),new Q):new A(c.detail||c.title||`The keeper answered ${i.status}.`,c.code,c.field)}async function x(e,t,n){let s=await Hn(e,t,n);return s.status===204?null:
await s.json()}var N=(e,t="")=>`/v1/sessions/${encodeURIComponent(e)}${t}`;async function On(e){let t=await Hn("GET","/v1/events");if(!t.body)return;let n=t.body.
pipeThrough(new TextDecoderStream).getReader(),s="";try{for(;;){let{value:r,done:i}=await n.read();if(i)return;let a=(s+r).split(`
`);s=a.pop()??"";for(let c of a)c.trim()&&e(JSON.parse(c))}}catch{throw new se}}var qn=0;function Wn(e){let t=Date.parse(e)-Date.now();qn=Math.abs(t)<2e3?0:t}var xe=()=>Date.now()+qn,tt=new Set,et;function Lt(){let e=tt.size>0&&!document.hidden;
e&&et===void 0&&(et=setInterval(Un,1e3)),e||(clearInterval(et),et=void 0)}function Un(){for(let e of tt)e()}document.addEventListener("visibilitychange",()=>{document.
hidden||Un(),Lt()});function nt(e){let[,t]=v(0),n=e(xe()),s=I({compute:e,value:n});return s.current={compute:e,value:n},V(()=>{let r=()=>{s.current.compute(xe())!==
s.current.value&&t(i=>i+1)};return tt.add(r),Lt(),()=>{tt.delete(r),Lt()}},[]),n}function ot(e){let t=new Date(e);return t.toDateString()===new Date(xe()).toDateString()?
t.toLocaleTimeString():t.toLocaleString(void 0,{dateStyle:"medium",timeStyle:"short"})}import{tone as fs}from"./words.js";var D={link:"opening",view:"sessions",sessions:new Map,order:[],headed:new Set,signIns:new Map,opened:new Set,notes:new Map,question:null,
health:null,providers:null,said:""},It=new Set,L=()=>D;function T(e){D={...D,...e};for(let t of It)t()}function jn(){let[,e]=v(0);return U(()=>{let t=()=>e(n=>n+
1);return It.add(t),()=>{It.delete(t)}},[]),D}var $=e=>T({said:e});function st(e,t,n){let s=new Map(e);return n===null?s.delete(t):s.set(t,n),s}function z(e,t,n=""){
T({notes:st(D.notes,e,t?{text:t,failure:n}:null),said:t||D.said})}var Vt=["sign_in_needed","setup_needed","keychain_locked","expiring","retrying","active","paus\
ed","signed_out"],ps=new Intl.Collator(void 0,{numeric:!0});function zn(e){let t=n=>(Vt.indexOf(n.state)+Vt.length)%Vt.length;return[...e.values()].map(n=>({name:n.
name,rank:t(n)})).sort((n,s)=>n.rank-s.rank||ps.compare(n.name,s.name)).map(({name:n})=>n)}var rt=e=>e!==void 0&&fs(e.state)==="bad";function it(e){let t=0;for(let n of e.
values())rt(n)&&t++;return t}function Se(e,t){if(D.opened.has(e)===t)return;let n=new Set(D.opened);t?n.add(e):n.delete(e),T({opened:n})}function Bn(e){let t=zn(
e);return{order:t,headed:new Set(t.filter(n=>rt(e.get(n))))}}function Ft(e,t={}){if(D.order.length===0)return T({...t,sessions:e,...Bn(e)});let n=D.order.filter(
r=>e.has(r)),s=new Set(n);n.push(...zn(e).filter(r=>!s.has(r))),T({...t,sessions:e,order:n})}function Kn(e){let t=e==="sessions"&&D.view!=="sessions";T(t?{view:e,
...Bn(D.sessions)}:{view:e})}import{fill as Gn,isolated as Qn,sentences as Jn}from"./words.js";var Yn=15e3,Ce=e=>/^https?:\/\//i.test(e??"")?e:"",Rt=new Map;async function re(e,t={}){z(e,"");
let n=await x("POST",N(e,"/login"),{no_browser:!0,...t});At(e,n)}function At(e,t,n){if(t.status!=="pending")return Pe(e,t);n&&Rt.set(e,n),T({signIns:st(L().signIns,
e,{...t,fresh:n!==void 0})}),Se(e,!1);let s=Ce(t.login_url);s&&!t.user_code&&window.open(s,"_blank","noopener,noreferrer"),$(Gn(Jn.waiting,{name:Qn(e)})),setTimeout(
()=>{Xn(e,t.id)},Yn)}async function Xn(e,t){L().signIns.get(e)?.id===t&&(await at(e),setTimeout(()=>{Xn(e,t)},Yn))}async function at(e,t){let n=L().signIns.get(
e);if(n)try{let s=await x("POST",N(e,"/login"),{id:n.id,wait:t});L().signIns.get(e)?.id===n.id&&s.status!=="pending"&&Pe(e,s)}catch(s){s instanceof Q?Te():s instanceof
A&&L().signIns.get(e)?.id===n.id&&Pe(e,{id:n.id,status:"failed",failure:"over",detail:s.message})}}var Zn=async()=>{for(let e of L().signIns.keys())await at(e)};
function Pe(e,t){let n=Rt.get(e);Rt.delete(e),T({signIns:st(L().signIns,e,null)}),t.status==="done"?(z(e,""),$(Gn(Jn.added,{name:Qn(e)}))):!n&&t.failure!=="canc\
elled"&&z(e,t.detail??"",t.failure??""),n?.(t)}async function eo(e,t,n){let s=await x("POST",N(e,"/login"),{id:t.id,paste:n.trim()});L().signIns.get(e)?.id===t.
id&&Pe(e,s)}async function to(e,t){Pe(e,{id:t.id,status:"failed",failure:"cancelled"}),await x("POST",N(e,"/login"),{id:t.id,cancel:!0})}import{isolated as ms,stateWord as _s}from"./words.js";var no=500,gs=4e3,vs=1e3,ys=2e3,so=-1/0,Dt,Me;function Ve(){return Me??=x("GET","/v1/health").then(e=>T({
health:e})).finally(()=>{Me=void 0,so=performance.now()}),Me}function ro(){if(Dt!==void 0||document.hidden||!pe())return;let e=()=>{Dt=void 0,Ve().catch(()=>{})},
t=Math.max(0,so+ys-performance.now());Dt=setTimeout(()=>Me?void Me.then(e,e):e(),t)}var hs=new Set(["keychain.state","token.renewed","refresh.failed","consent.d\
one"]);document.addEventListener("visibilitychange",()=>{document.hidden||(qt(),ro())});async function ws(){try{T({providers:await x("GET","/v1/providers")})}catch(e){
O(e),T({providers:[]})}}var ie=new Map,Ee=[],Ot=!1,Le=new Set;function io(e){return Le.add(e),()=>{Le.delete(e)}}function Ne(){Ot||(Ot=!0,document.hidden?setTimeout(
oo,250):requestAnimationFrame(oo))}function oo(){Ot=!1;let[e,t]=[ie,Ee];if(ie=new Map,Ee=[],e.size>0){let n=L().sessions,s=new Map(n),r=[];for(let[i,a]of e)if(!a)
s.delete(i);else{let c=n.get(i);c&&c.state!==a.state&&r.push(a),s.set(i,a)}Ft(s,r.length>0?{said:bs(r)}:{})}if(t.length>0)for(let n of Le)n(t)}function bs(e){return e.
length>3?`${e.length} sessions have changed.`:e.map(t=>`${ms(t.name)}: ${_s(t.state)}`).join(". ")}var $e=new Map;async function ks(e){if($e.has(e)){$e.set(e,!0);
return}try{do $e.set(e,!1),ie.set(e,await x("GET",N(e))),Ne();while($e.get(e))}catch(t){if(!(t instanceof A&&t.code==="not_found"))return;ie.set(e,null),Ne()}finally{
$e.delete(e)}}var xs=new Set(["type","session","at","now","sessions"]);function Ss(e){let t={};for(let[n,s]of Object.entries(e))!xs.has(n)&&(typeof s=="string"||
typeof s=="number")&&(t[n]=String(s));return{at:e.at,session:e.session??"",type:e.type,detail:t}}function Ps(e){Wn(e.at),ie=new Map;let t=new Map((e.sessions??[]).
map(n=>[n.name,n]));if(L().link!=="opening")for(let n of Le)n(null);Ft(t,{link:"live",opened:new Set}),Zn(),L().providers||ws()}function Cs(e){if(e.type==="snap\
shot")return Ps(e);Le.size>0&&(Ee.push(Ss(e)),Ee.length>vs&&Ee.shift(),Ne()),hs.has(e.type)&&ro();let t=e.session;t&&(e.type==="consent.opened"&&Se(t,e.kind!=="\
device"&&!L().signIns.has(t)),(e.type==="consent.done"||e.type==="session.removed")&&Se(t,!1),e.now?(ie.set(t,e.now),Ne()):e.type==="session.removed"?(ie.set(t,
null),Ne()):ks(t),at(t,e.type==="consent.done"?"5s":void 0))}var ao=()=>{},qt=()=>ao(),Ts=e=>new Promise(t=>{let n=setTimeout(t,e);ao=()=>{clearTimeout(n),t()}});
async function $s(){let e=no;for(;pe();){let t=!1;try{let n=Ve();n.catch(()=>{}),await On(s=>{t=!0,Cs(s)}),await n}catch(n){if(n instanceof Q)break;if(!(n instanceof
se||n instanceof A))throw n}if(!pe())break;t?e=no:T({link:"lost"}),await Ts(e),e=Math.min(e*2,gs)}Te()}function Te(){T({link:"closed",sessions:new Map,order:[],
signIns:new Map,opened:new Set,notes:new Map,question:null,health:null,said:""})}function O(e){return e instanceof Q?(Te(),""):e instanceof Error?e.message:String(
e)}var Ht=!1,Ms=new Set(["sessions","add","history","health"]);async function Wt(){let e=new URLSearchParams(location.hash.slice(1)),[t,n]=[e.get("k"),e.get("go")??
"sessions"],s=Ms.has(n)?n:"sessions";t&&history.replaceState(null,"",s==="sessions"?location.pathname:`#go=${s}`),Kn(s);try{t&&await An(t)}catch(r){r instanceof
se&&(T({link:"lost"}),$(r.message))}if(!pe())return Te();Ht||(Ht=!0,await $s().finally(()=>Ht=!1))}import{fields as co,sentences as Es}from"./words.js";var uo={way:"provider",search:"",provider:null,vars:{},issuer:"",discovery:null,authorize_url:"",token_url:"",
device_url:"",name:"",named:!1,client_id:"",client_secret:"",scopes:"",scoped:!1,account:"",device:!1,faults:{},tried:0,adding:""},E=uo,Ut=new Set;function F(e){
E={...E,...e};for(let t of Ut)t()}var Ns=()=>F(uo);function fo(){let[,e]=v(0);return U(()=>{let t=()=>e(n=>n+1);return Ut.add(t),()=>{Ut.delete(t)}},[]),E}var Ie=`\
One of the two is wrong: this, or the ${co.client_id?.label??"client ID"}.`;function lt(e,t){let{[e]:n,...s}=E.faults;e==="client_id"&&s.client_secret===Ie&&delete s.
client_secret,e==="client_secret"&&n===Ie&&delete s.client_id,F({...t,faults:s})}function Ls(e){let t=L().sessions,n=e;for(let s=2;t.has(n);s++)n=`${e}-${s}`;return n}
var po=e=>E.named?{}:{name:Ls(e)},mo=e=>E.scoped?{}:{scopes:(e??[]).join(" ")};function _o(e){let t={};for(let n of e.vars??[])t[n.name]=n.default??"";F({provider:e,
vars:t,faults:{},...po(e.id),...mo(e.scopes)})}function ct(e){try{return/^https?:$/.test(new URL(e).protocol)}catch{return!1}}var lo=Promise.resolve();function go(){
return lo=lo.then(Vs)}async function Vs(){let e=E.issuer.trim();if(!(!ct(e)||E.discovery))try{let t=await x("POST","/v1/discover",{issuer:e});if(E.issuer.trim()!==
e)return;let n=new URL(t.issuer||e).hostname;lt("issuer",{discovery:t,...po(t.provider||n),...mo(t.scopes)}),$("This is a provider that Sessionkeeper can use.")}catch(t){
if(E.issuer.trim()!==e)return;let n=O(t);F({discovery:null,faults:{...E.faults,issuer:n}}),$(n)}}function Is(e){let t={},n=(r,i,a)=>{i.trim()||(t[r]=a)},s=(r,i)=>{
(e[r].trim()?!ct(e[r].trim()):i)&&(t[r]="Enter an address that begins with https://.")};if(e.way==="provider")for(let r of e.provider?.vars??[])n(`vars.${r.name}`,
e.vars[r.name]??"","Fill this in.");return e.way==="issuer"&&s("issuer",!0),e.way==="manual"&&(s("authorize_url",!e.device),s("token_url",!0),s("device_url",e.device)),
n("name",e.name,"Give the session a name."),n("client_id",e.client_id,`Enter the ${co.client_id?.label??"client ID"}. You get it where you register the app.`),e.
way==="provider"&&e.provider?.secret==="required"&&n("client_secret",e.client_secret,"This provider gives every app a secret. Enter it."),!t.name&&L().sessions.
has(e.name.trim())&&(t.name="There is a session of this name. Choose another name."),t}function Fs(e){let t={client_id:e.client_id.trim(),sign_in:e.device?{device:!0}:
{no_browser:!0}};if(e.way==="provider"&&e.provider)t.provider=e.provider.id,e.provider.vars?.length&&(t.vars=Object.fromEntries(e.provider.vars.map(s=>[s.name,(e.
vars[s.name]??"").trim()])));else if(e.way==="issuer")t.issuer=e.issuer.trim();else for(let s of["authorize_url","token_url","device_url"])e[s].trim()&&(t[s]=e[s].
trim());e.client_secret&&(t.client_secret=e.client_secret.trim());let n=e.scopes.split(/[\s,]+/).filter(Boolean);return n.length>0&&(t.scopes=n),e.account.trim()&&
(t.account=e.account.trim()),t}async function vo(){let e=E.name.trim(),t=Is(E);if(Object.keys(t).length>0)return F({faults:t,tried:E.tried+1});F({faults:{}});try{
let n=await x("PUT",N(e),Fs(E));if(!n.login)return ho();F({adding:e}),At(e,n.login,Rs)}catch(n){let s=O(n);s&&yo({[n instanceof A?n.field:""]:s})}}function yo(e){
F({faults:e,tried:E.tried+1,adding:""})}function Rs(e){if(e.status==="done")return ho();if(e.failure==="cancelled")return F({adding:""});yo(As(e))}function As(e){
let t=e.detail||"The sign-in did not work. Try again.",n=e.field??"";return(n==="client_id"||n==="client_secret")&&E.client_secret?{client_id:t,client_secret:Ie}:
{[n]:t}}function ho(){let e=E.adding||E.name.trim();Ns(),$(Es.added.replace("{name}",e)),location.hash=""}import{labels as Fe,plain as Ds,sentences as Hs}from"./words.js";function me(e){return class extends fe{shouldComponentUpdate(t){let n=this.props;return Object.
entries(t).some(([s,r])=>n[s]!==r)}render(){return o(e,this.props)}}}function dt(e,t=$){let[n,s]=v(!1),r=async()=>{if(!n){t(""),s(!0);try{await e()}catch(i){t(O(
i))}finally{s(!1)}}};return[n,()=>{r()}]}function M({run:e,label:t,kind:n,failed:s,children:r}){let[i,a]=dt(e,s);return o("button",{type:"button",class:n,"aria-\
label":t,"aria-disabled":i||void 0,onClick:a},r)}function _e({run:e,failed:t,label:n,class:s,cancel:r,children:i}){let[a,c]=dt(e,t);return o("form",{class:s,noValidate:!0,
onSubmit:d=>{d.preventDefault(),c()}},i,o("div",{class:"buttons"},o("button",{type:"submit",class:"main","aria-disabled":a||void 0},n),r&&o("button",{type:"butt\
on",onClick:r},Fe.cancel)))}var wo=400;function h({text:e}){let[t,n]=v(!1),s=Ds(e);return t||s.length<=wo+50?o("bdi",{class:"long"},s):o("span",null,o("bdi",{class:"\
long"},[...s].slice(0,wo).join(""),"…")," ",o("button",{type:"button",class:"quiet",onClick:()=>n(!0)},"Show all of it"))}function J({text:e,what:t,around:n}){
let[s,r]=v(!1),i=I(null),a=async()=>{try{await navigator.clipboard.writeText(e),r(!0),$(Hs.copied)}catch{i.current&&getSelection()?.selectAllChildren(i.current)}};
return o("span",{class:n?"copy-within":"copy"},n?.[0],o("code",{ref:i,dir:"auto"},e),n&&`${n[1]} `,o("button",{type:"button","aria-label":`${s?Fe.copied:Fe.copy}\
 ${t}`,onClick:()=>{a()}},s?Fe.copied:Fe.copy))}var jt=CSS.supports("-webkit-text-security","disc");function B(e){let t=j(),[n,s]=v(!1),r=e.type==="secret",i=r&&
!n,a=[e.hint&&`${t}-hint`,e.fault&&`${t}-fault`].filter(Boolean).join(" ");return o("div",{class:"field"},o("label",{for:t},e.label,e.required?"":o("span",{class:"\
soft"}," (optional)")),e.hint&&o("p",{class:"hint",id:`${t}-hint`},e.hint),o("div",{class:r?"with-switch":void 0},o("input",{id:t,name:e.name,class:i&&jt?"maske\
d":void 0,type:i&&!jt?"password":r?"text":e.type??"text",value:e.value,required:e.required,dir:"auto",spellcheck:!1,autocomplete:i&&!jt?"new-password":"off",autocapitalize:"\
off",autocorrect:"off","aria-invalid":e.fault?!0:void 0,"aria-describedby":a||void 0,onInput:c=>e.set(c.currentTarget.value)}),r&&o("button",{type:"button",class:"\
quiet","aria-pressed":n,"aria-label":`Show the ${e.label}`,onClick:()=>s(!n)},"Show")),e.fault&&o("p",{class:"fault",id:`${t}-fault`},o(h,{text:e.fault})),e.children)}import{fill as Os,isolated as qs,labels as ut,plain as Ws,sentences as bo,titled as zt}from"./words.js";function ft({name:e,running:t}){let[n,s]=v(""),r=Ce(t.login_url),
i=bo.device.split("{link}"),a=c=>{s(c),c&&$(c)};return o("div",{class:"panel","data-part":"sign-in",role:"group","aria-label":`${ut.sign_in}: ${zt(e)}`,tabIndex:-1,
"data-home":!0},t.user_code?o(y,null,o("p",null,i[0],r&&o("a",{href:r,target:"_blank",rel:"noopener noreferrer"},Ws(r)),i[1]),o("p",{class:"code"},o(J,{text:t.user_code,
what:"the code"}))):o(y,null,o("p",null,Os(bo.waiting,{name:qs(e)})),r&&o("p",null,o("a",{href:r,target:"_blank",rel:"noopener noreferrer"},"Open the sign-in pa\
ge"))),!t.user_code&&o(Us,{name:e,running:t,tell:a,fault:n}),t.user_code&&n&&o("p",{class:"fault"},o(h,{text:n})),o("div",{class:"buttons"},o(M,{run:()=>to(e,t),
label:`Cancel the sign-in to ${zt(e)}`},ut.cancel),!t.user_code&&!t.fresh&&o(M,{kind:"quiet",run:()=>re(e,{device:!0}),failed:a,label:`${ut.another_device}: ${zt(
e)}`},ut.another_device)))}function Us({name:e,running:t,fault:n,tell:s}){let[r,i]=v("");return o("details",{class:"paste"},o("summary",null,"The page at the en\
d does not load?"),o(_e,{run:()=>eo(e,t,r),failed:s,label:"Finish"},o(B,{name:"address",label:"Copy its whole address from the browser and paste it here",required:!0,
value:r,set:i,fault:n})))}import{fields as xo,isolated as js,labels as pt,plain as ae,titled as zs}from"./words.js";var Bs=[["provider","From the list","Google, GitHub, Microsoft and oth\
ers"],["issuer","By its address","Your company's or your own sign-in server"],["manual","By hand","You know its two addresses"]];function So({state:e}){let t=fo(),
n=t.adding?e.signIns.get(t.adding):void 0,s=I(null);return o("section",{class:"add","aria-labelledby":"add-title"},o("h2",{id:"add-title",tabIndex:-1,"data-home":!0,
ref:s},pt.add.replace("…","")),n?o("div",{class:"card"},o(ft,{name:t.adding,running:n,key:n.id})):o(y,null,o("fieldset",{class:"ways"},o("legend",null,"Where \
do you want to sign in?"),Bs.map(([r,i,a])=>o("label",{key:r},o("input",{type:"radio",name:"way",value:r,checked:t.way===r,onChange:()=>F({way:r,faults:{}})}),o(
"span",null,o("strong",null,i),o("span",{class:"soft"},a))))),t.way==="provider"&&!t.provider?o(Gs,{providers:e.providers,search:t.search}):o(er,{d:t})))}var Ks=[
"google","microsoft","github","gitlab","slack","atlassian"];function Gs({providers:e,search:t}){if(!e)return o("p",{class:"soft"},"Reading the list …");let n=t.
trim().toLowerCase(),s=e.filter(a=>a.name.toLowerCase().includes(n)||a.id.includes(n)).sort((a,c)=>a.name.localeCompare(c.name)),r=n?[]:Ks.map(a=>s.find(c=>c.id===
a)).filter(a=>a!==void 0),i=s.filter(a=>!r.includes(a));return o("div",{class:"card"},o(B,{name:"search",type:"search",label:"Find a provider",required:!0,value:t,
set:a=>F({search:a})}),o("p",{class:"away",role:"status"},t?`${s.length} found`:""),r.length>0&&o(ko,{providers:r,title:"Often used"}),i.length>0&&o(ko,{providers:i,
title:r.length>0?"All others":""}),s.length===0&&o("p",null,"It is not in the list."," ",o("button",{type:"button",class:"quiet",onClick:()=>F({way:"issuer"})},
"Add it by its address")))}function ko({providers:e,title:t}){return o(y,null,t&&o("h3",{class:"shelf"},t),o("ul",{class:"providers"},e.map(n=>o("li",{key:n.id},
o("button",{type:"button",onClick:()=>_o(n)},ae(n.name))))))}function Qs({provider:e,redirect:t}){let n=Ce(e?.console_url);if(!t&&!n&&!e?.note)return null;let s=[];
n?s.push(o(y,null,"Open"," ",o("a",{href:n,target:"_blank",rel:"noopener noreferrer"},new URL(n).host),e?.note?".":" and register an app.")):e?.note||s.push("Re\
gister an app there.");let r=e?.note?Js(e.note,t):null;return e?.note&&s.push(r?o(J,{text:t,what:"the return address",around:r}):o(h,{text:e.note})),t&&!r&&s.push(
o(y,null,"Give it this return address (redirect URI): ",o(J,{text:t,what:"the return address"}))),o("div",{class:"register"},o("h3",null,"First, at ",e?zs(e.name):
"the provider"),o("ol",null,s.map((i,a)=>o("li",{key:a},i))))}function Js(e,t){let n=t?e.indexOf(t):-1,[s,r]=[e.slice(0,n),e.slice(n+t.length)];return n<0||e.length>
Ys||/^[\w/:%-]/.test(r)?null:[ae(s),ae(r)]}var Ys=400,ge=e=>xo[e]??{label:e,hint:""},Xs=(e,t=!1)=>t?ge(e).hint.split("; ")[0]??"":ge(e).hint.replace(/; optional$/,
"");function Y({d:e,field:t,required:n,kind:s,more:r}){return o(B,{name:t,label:ge(t).label,hint:Xs(t,n),required:n??!1,type:s??"text",value:e[t],fault:e.faults[t],
set:i=>lt(t,{...r,[t]:i})})}function Zs({d:e,provider:t}){return o(y,null,(t.vars??[]).map(n=>{let s=`vars.${n.name}`;return o(B,{key:n.name,name:s,label:ae(n.name),
hint:n.hint&&ae(n.hint),required:!0,value:e.vars[n.name]??"",fault:e.faults[s],set:r=>lt(s,{vars:{...e.vars,[n.name]:r}})})}))}function er({d:e}){let t=e.way===
"provider"?e.provider:null,n=t?.redirect_uri??(e.way==="issuer"?e.discovery?.redirect_uri:void 0)??(e.way==="manual"?"http://127.0.0.1/callback":""),s=t?.secret??
"",r=e.way==="manual"||!!(t?t.device_url:e.discovery?.device_url);return o(_e,{class:"card",run:vo,label:pt.sign_in,cancel:()=>{location.hash=""}},o(tr,{d:e}),t&&
o("div",{class:"chosen"},o("strong",null,o("bdi",null,ae(t.name))),o("button",{type:"button",class:"quiet",onClick:()=>F({provider:null,faults:{}})},"Choose ano\
ther")),e.way==="issuer"&&o(or,{d:e}),e.way==="manual"&&o(y,null,o(Y,{d:e,field:"authorize_url",kind:"url",required:!e.device}),o(Y,{d:e,field:"token_url",kind:"\
url",required:!0}),o(Y,{d:e,field:"device_url",kind:"url",required:e.device})),o(Qs,{provider:t,redirect:n}),t&&o(Zs,{d:e,provider:t}),o(Y,{d:e,field:"name",required:!0,
more:{named:!0}}),o(Y,{d:e,field:"client_id",required:!0}),s!=="none"&&o(Y,{d:e,field:"client_secret",kind:"secret",required:s==="required"}),o(Y,{d:e,field:"sc\
opes",more:{scoped:!0}}),o(Y,{d:e,field:"account"}),r&&o("label",{class:"check"},o("input",{type:"checkbox",checked:e.device,onChange:i=>F({device:i.currentTarget.
checked})}),pt.another_device))}function tr({d:e}){let t=I(null),n=Object.entries(e.faults),s=e.faults.client_secret===Ie?n.length-1:n.length;if(U(()=>{e.tried>
0&&t.current?.focus()},[e.tried]),n.length===0||e.tried===0)return null;let r=i=>a=>{a.preventDefault(),t.current?.closest("form")?.elements.namedItem(i)?.focus()};
return o("div",{class:"faults",ref:t,tabIndex:-1,role:"group","aria-labelledby":"faults-title"},o("h3",{id:"faults-title"},s===1?"Something is not right yet":`${s}\
 things are not right yet`),o("ul",null,n.map(([i,a])=>{let c=i.startsWith("vars.")?ae(i.slice(5)):xo[i]?.label;return o("li",{key:i},c&&o(y,null,o("a",{href:`#${i}`,
onClick:r(i)},c),":"," "),o(h,{text:a}))})))}var nr=700;function or({d:e}){let[t,n]=v(!1);V(()=>{if(!ct(e.issuer.trim())||e.discovery)return;let r=setTimeout(()=>{
n(!0),go().finally(()=>n(!1))},nr);return()=>clearTimeout(r)},[e.issuer]);let s=e.discovery;return o(y,null,o(Y,{d:e,field:"issuer",kind:"url",required:!0,more:{
discovery:null}}),t&&o("p",{class:"soft"},"Asking …"),s&&o("div",{class:"found"},o("p",{class:"good"},o("strong",null,"Sessionkeeper can use this provider.")),
o("p",null,s.offline?"It can keep you signed in.":"It does not say that it can keep you signed in: the session may end after a short while."),o("details",null,o(
"summary",null,pt.details),o("dl",{class:"facts"},[["Issuer",s.issuer],[ge("authorize_url").label,s.authorize_url],[ge("token_url").label,s.token_url],[ge("devi\
ce_url").label,s.device_url]].map(([r,i])=>i&&o("div",{key:r},o("dt",null,r),o("dd",null,o("code",null,js(i)))))))))}var le=null,Bt=[];function Co(e){le=e,Bt=[];for(let t=le.parentElement;t;t=t.parentElement)Bt.push(t)}var Po=e=>e.isConnected&&e.getClientRects().length>0;function sr(){
let e=document.activeElement;if(e&&e!==document.body){e!==le&&Co(e);return}if(le){if(Po(le))return le.focus({preventScroll:!0});for(let t of Bt){if(!Po(t))continue;
let n=t.querySelector("[data-home]");if(n)return n.focus({preventScroll:!0})}}}function To(e){e.addEventListener("focusin",t=>Co(t.target)),e.ownerDocument.addEventListener(
"pointerdown",()=>le=null),new MutationObserver(sr).observe(e,{childList:!0,subtree:!0})}import{tone as rr}from"./words.js";var Kt=o("circle",{cx:"12",cy:"12",r:"10",class:"full"}),$o={active:o("g",null,Kt,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.\
5"})),retrying:o("path",{class:"line",d:"M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6"}),expiring:o("path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9\
.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),sign_in_needed:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("path",{class:"cut",d:"M12 8.5v6M12 18v.1"})),setup_needed:o(
"g",null,o("path",{class:"full",d:"M12 .8 23.2 12 12 23.2.8 12z"}),o("path",{class:"cut",d:"M12 6.5v6.5M12 17v.1"})),keychain_locked:o("g",null,o("path",{class:"\
full",d:"M4.5 10.5h15v11h-15z"}),o("path",{class:"line",d:"M8 10V7a4 4 0 0 1 8 0v3"})),paused:o("g",null,Kt,o("path",{class:"cut",d:"M9.3 8.2v7.6M14.7 8.2v7.6"})),
signed_out:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"}),ok:o("g",null,Kt,o("path",{class:"cut",d:"m7.5 12.5 3 3 6-6.5"})),wait:o(
"path",{class:"line",d:"M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6"}),bad:o("g",null,o("path",{class:"full",d:"M12 1.5 23 21.5H1z"}),o("pat\
h",{class:"cut",d:"M12 8.5v6M12 18v.1"})),off:o("circle",{class:"line",cx:"12",cy:"12",r:"9.5","stroke-dasharray":"3.6 3.86"})},ir={ok:"good",wait:"wait",bad:"b\
ad",off:"off"};function X({of:e}){return o("svg",{class:"mark","data-tone":ir[e]??rr(e),viewBox:"0 0 24 24",width:"24",height:"24","aria-hidden":"true"},$o[e]??
$o.wait)}import{about as ar,checkWord as ye,fill as Mo,keychainProblem as lr,keychainWord as cr,labels as Gt,machineProblem as ve,plain as Re}from"./words.js";function Eo({
state:e}){let[t,n]=v("");V(()=>{Ve().catch(r=>n(O(r)))},[]);let s=e.health;return o("section",{"aria-labelledby":"health-title"},o("h2",{id:"health-title",tabIndex:-1,
"data-home":!0},"Health"),t&&o("p",{class:"fault"},o(h,{text:t})),s&&o("ul",{class:"card parts"},dr(s).map(r=>o(gr,{key:r.name,check:r}))),o(hr,null))}function dr(e){
let{keychain:t,history:n,socket:s,http:r,clock:i,faults:a}=e,c=[{name:"Keeper",well:Mo(ye("keeper"),{pid:String(e.pid),version:e.version})},{name:"Keychain",well:ur(
cr(t.state)),detail:t.detail,problem:t.state==="ok"?void 0:lr(t.state)},{name:"Clock",well:mr(e),mark:i?.state==="ok"?"ok":"off",problem:i?.state==="wrong"?_r(i):
void 0},{name:"History",well:ye("history"),detail:n.detail,problem:n.state==="down"?ve("history_down"):void 0},{name:"Programs",well:ye("socket"),detail:s.detail,
problem:s.state==="down"?ve("socket_down"):void 0},{name:"Page",well:ye("page"),detail:r.detail,problem:r.state==="down"?ve("page_down"):void 0}];t.spilled&&c.push(
{name:"Waiting records",well:"",problem:ve("waiting_records",{count:String(t.spilled)})});for(let f of a??[]){let d=ve("broken_file",{fault:Re(f.detail).replace(
/\.$/,"")});c.push({name:`File: ${f.name||"config.toml"}`,well:"",problem:d})}return c}var ur=e=>e.charAt(0).toUpperCase()+e.slice(1),fr={d:864e5,h:36e5,m:6e4,s:1e3,
ms:1};function pr(e){let t=0;for(let[,n,s]of e.matchAll(/([\d.]+)(ms|[dhms])/g))t+=Number(n)*(fr[s]??0);return e.startsWith("-")?-t:t}var mr=({clock:e})=>e?.state===
"ok"?Mo(ye("clock"),{host:Re(e.seen??"the providers")}):ye("clock_unknown");function _r(e){let t=pr(e.skew??"");return ve("clock_wrong",{span:ar(Math.abs(t)),side:t<
0?"behind":"ahead of",host:Re(e.seen||"the providers")})}function gr({check:e}){return o("li",null,o(X,{of:e.problem?"bad":e.mark??"ok"}),o("div",null,o("h3",null,
o("bdi",null,Re(e.name))),e.problem?o(vr,{problem:e.problem,detail:e.detail}):o("p",{class:"soft"},e.well)))}function vr({problem:e,detail:t}){let n=(e.more||t)&&
o("details",null,o("summary",null,Gt.details),e.more&&o("p",null,e.more),t&&o("p",null,o(h,{text:t})));return o(y,null,o("p",null,o("strong",null,e.title,". "),
o(h,{text:e.detail})),e.action==="unlock"&&o(Qt,{label:e.label}),n)}function Qt({label:e}){let[t,n]=v("");return o(y,null,o("p",{class:"buttons"},o(M,{kind:"mai\
n",run:async()=>{await x("POST","/v1/keychain/unlock",{}),await Ve()},failed:i=>{n(i),i&&$(i)},label:`${e} the keychain`},e)),t&&o("p",{class:"fault"},o(h,{text:t})))}
var yr={systemd:"a systemd service",xdg:"a desktop entry",launchd:"a launch agent","run-key":"an entry of the registry"};function hr(){let[e,t]=v(null),[n,s]=v(
"");V(()=>{x("GET","/v1/autostart").then(t,i=>s(O(i)))},[]);let r=async()=>{let i=await x("PUT","/v1/autostart",{on:!e?.on});t(i),$(`${Gt.autostart}: ${i.on?"on":
"off"}`)};return!e&&!n?null:o("div",{class:"card start"},e&&o(y,null,o(wr,{on:e.on,turn:r,tell:s}),e.path&&o("p",{class:"soft"},e.on?"Installed: ":"Would instal\
l: ",yr[e.kind??""]??""," ",o("code",null,Re(e.path))),e.detail&&o("p",null,o(h,{text:e.detail}))),n&&o("p",{class:"fault"},o(h,{text:n})))}function wr({on:e,turn:t,
tell:n}){let[s,r]=dt(t,n);return o("button",{type:"button",role:"switch",class:"switch","aria-checked":e,"aria-disabled":s||void 0,onClick:r},o("span",{class:"s\
lot","aria-hidden":"true"},o("span",{class:"knob"})),Gt.autostart,o("span",{class:"soft","aria-hidden":"true"},e?"On":"Off"))}import{plain as Jt,reasonWord as Yt,stateWord as br}from"./words.js";function mt(e,t){let[n,s]=v({entries:null,fault:""}),[r,i]=v(0);return V(()=>{let a=!1,c=[],
f=io(u=>{if(!u)return i(l=>l+1);let m=u.filter(l=>!e||l.session===e).reverse();m.length!==0&&s(l=>l.entries===null?(c=[...m,...c].slice(0,t),l):{...l,entries:[...m,
...l.entries].slice(0,t)})}),d=e?N(e,"/history"):"/v1/history";return x("GET",`${d}?limit=${t}`).then(u=>{let m=u[0]?Date.parse(u[0].at):0,l=c.filter(p=>Date.parse(
p.at)>m);a||s({entries:[...l,...u].slice(0,t),fault:""})},u=>{a||s({entries:[],fault:O(u)})}),()=>{a=!0,f()}},[e,t,r]),n}function No(e){let t=e.detail??{},n=[];
return e.type==="session.state"?(n.push([t.was,t.state].filter(Boolean).map(s=>br(s)).join(" → ")),t.reason&&n.push(Yt(t.reason))):e.type==="consent.done"?t.outcome&&
t.outcome!=="done"&&n.push(Yt(t.outcome).replaceAll("_"," ")):(t.reason&&n.push(Yt(t.reason)),t.message&&n.push(Jt(t.message)),t.code&&n.push(Jt(t.code)),t.http_status&&
n.push(`status ${Jt(t.http_status)}`),e.type==="session.warning"&&t.kind==="outage"&&n.push("the provider cannot be reached")),n.filter(Boolean).join(" · ")}function _t(e){
switch(e.type){case"token.renewed":return"renewed";case"refresh.failed":return"failed";case"session.warning":return"warned";case"consent.done":return e.detail?.
outcome&&e.detail.outcome!=="done"?"failed":"consent";default:return""}}var Lo=.12;function Vo(e,t,n,s,r){let i=n+s*Lo/(1-Lo),a=n-s,c=(i-a)/Math.max(1,r),f={start:a,end:i,bars:[],signs:[],counts:{renewed:0,failed:0,warned:0,consent:0}},
d=1/0,u={};for(let m of t){let l=Date.parse(m.at),p=_t(m);if(p==="renewed"||p==="consent"){let g=Date.parse(m.detail?.expires_at??(d===1/0?e?.access_expires_at??
"":"")),b=Math.min(Number.isNaN(g)?Math.min(d,n):g,d,i);b>a&&kr(f.bars,{from:Math.max(l,a),to:b},c),d=l}if(m.type==="session.state"&&m.detail?.state==="signed_o\
ut"&&(d=l),!p||l<a)continue;f.counts[p]++;let _=u[p];if(_&&_.at-l<c*7?_.n++:f.signs.push(u[p]={at:l,kind:p,n:1}),l<a)break}return f}function kr(e,t,n){let s=e[e.
length-1];s&&s.to-t.from<n*5&&s.from-t.to<n?s.from=t.from:e.push(t)}import{eventWord as xr,plain as Sr,sentences as Fo,titled as en}from"./words.js";var K=36e5,Io=[["1 hour",K],["24 hours",24*K],["7 days",168*K]],Pr=4e3,Cr=1e4,Tr=[
["renewed","renewed"],["failed","failed"],["warned","warned"],["consent","signed in"]];function gt({name:e,session:t}){let[n,s]=v(24*K),r=mt(e,Pr);if(r.fault)return o(
"p",{class:"fault"},o(h,{text:r.fault}));let i=Io.find(([,a])=>a===n)?.[0]??"";return o("div",{class:"timeline"},o("div",{class:"ranges",role:"group","aria-labe\
l":`Time shown of ${en(e)}`},Io.map(([a,c])=>o("button",{type:"button",key:a,"aria-pressed":n===c,onClick:()=>s(c)},a))),r.entries?o(Mr,{name:e,session:t,entries:r.
entries,span:n,spoken:i}):o("p",{class:"soft"},"Reading …"),r.entries&&o(Ir,{entries:r.entries,name:e}))}function $r(){let e=I(null),[t,n]=v(0);return V(()=>{
if(!e.current)return;let s=new ResizeObserver(([r])=>r&&n(Math.floor(r.contentRect.width)));return s.observe(e.current),()=>s.disconnect()},[]),[e,t]}var Xt=60,
Ae=18,Zt=14,ce=74;function Mr({name:e,session:t,entries:n,span:s,spoken:r}){let i=j(),[a,c]=$r();nt(_=>Math.floor(_/Cr));let f=xe(),d=Vo(t,n,f,s,c),u=_=>Math.round(
(_-d.start)/(d.end-d.start)*c*10)/10,m=Lr(s,f,d.start),l=Math.ceil((Xt+8)/(u(d.start+Ro(s))||1)),p=Tr.filter(([_])=>d.counts[_]>0).map(([_,g])=>`${d.counts[_]} \
times ${g}`);return o(y,null,o("div",{class:"picture",ref:a},c>0&&o("svg",{role:"img","aria-labelledby":`${i}-title ${i}-desc`,width:c,height:ce,viewBox:`0 0 ${c}\
 ${ce}`},o("title",{id:`${i}-title`},`The last ${r} of ${en(e)}`),o("desc",{id:`${i}-desc`},p.length>0?`${p.join(", ")}.`:Fo.nothing_happened),o("path",{class:"\
axis",d:`M0 ${ce-20.5}H${c}`}),m.map(([_,g],b)=>{let S=u(_),w=S>Xt/2&&Math.abs(S-u(f))>Xt*.7;return o(y,{key:_},o("path",{class:"axis",d:`M${S} ${ce-24}v7`}),w&&
(m.length-b)%l===0&&o("text",{x:S,y:ce-5,"text-anchor":"middle"},g))}),d.bars.map(_=>o("rect",{class:"life",key:_.from,x:u(_.from),y:Ae+8,rx:"2",height:Zt,width:Math.
max(2,u(_.to)-u(_.from)-1)})),o("path",{class:"now",d:`M${u(f)} 4V${ce-18}`}),o("text",{class:"now-word",x:u(f),y:ce-5,"text-anchor":"middle"},"now"),d.signs.map(
_=>o(Er,{key:_.kind+_.at,sign:_,x:u(_.at)})))),o(Nr,null))}function Er({sign:e,x:t}){switch(e.kind){case"renewed":return o("path",{class:"renewed",d:`M${t} ${Ae+
5}v${Zt+6}`});case"failed":return o("path",{class:"failed",d:`M${t-4.5} ${Ae-13}l9 9m0-9l-9 9`});case"warned":return o("path",{class:"warned",d:`M${t} ${Ae-14}l\
6 11h-12z`});case"consent":return o("path",{class:"consent",d:`M${t} ${Ae+8+Zt/2-9}l6.5 9l-6.5 9l-6.5-9z`})}}var Nr=me(()=>o("ul",{class:"legend","aria-hidden":"\
true"},o("li",null,o("svg",{width:"22",height:"16"},o("rect",{class:"life",x:"1",y:"3",width:"20",height:"10",rx:"2"})),"good for"),o("li",null,o("svg",{width:"\
10",height:"16"},o("path",{class:"renewed",d:"M5 1v14"})),"renewed"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"consent",d:"M8 1l6 7l-6 7l-6-\
7z"})),"signed in"),o("li",null,o("svg",{width:"16",height:"16"},o("path",{class:"warned",d:"M8 2l6 11h-12z"})),"warned"),o("li",null,o("svg",{width:"14",height:"\
16"},o("path",{class:"failed",d:"M2 3l10 10m0-10l-10 10"})),"failed"))),Ro=e=>e<=K?K/6:e<=24*K?4*K:24*K;function Lr(e,t,n){let s=Ro(e),r=new Date(t).getTimezoneOffset()*
6e4,i=[];for(let a=Math.ceil((n-r)/s)*s+r;a<t;a+=s){let c=new Date(a);i.push([a,s<24*K?c.toLocaleTimeString(void 0,{hour:"2-digit",minute:"2-digit"}):c.toLocaleDateString(
void 0,{weekday:"short"})])}return i}var Vr=50;function Ir({entries:e,name:t}){let[n,s]=v(Vr),[r,i]=v(!1);return o("details",{class:"rows",onToggle:a=>i(a.currentTarget.
open)},o("summary",null,"As a table"),r&&o(tn,{caption:`What happened to ${en(t)}`,entries:e.slice(0,n),names:!1}),r&&e.length>n&&o("button",{type:"button",onClick:()=>s(
n*4)},"Show more"))}var tn=me(({caption:e,entries:t,names:n})=>t.length===0?o("p",{class:"soft"},Fo.nothing_happened,"."):o("table",null,o("caption",{class:"awa\
y"},e),o("thead",null,o("tr",null,o("th",{scope:"col"},"When"),n&&o("th",{scope:"col"},"Session"),o("th",{scope:"col"},"What"))),o("tbody",null,t.map((s,r)=>o(Fr,
{key:`${s.at} ${s.session} ${s.type} ${t.length-r}`,entry:s,names:n}))))),Fr=me(({entry:e,names:t})=>{let n=No(e);return o("tr",{"data-kind":_t(e)},o("td",null,
o("time",{dateTime:e.at},ot(e.at))),t&&o("td",{class:"whose"},o("bdi",null,Sr(e.session))),o("td",null,xr(e.type),n&&o("span",{class:"soft"},": ",o(h,{text:n}))))});import{labels as Rr,titled as Ar}from"./words.js";var Dr=100,Hr=1e4;function Ao({state:e}){let[t,n]=v(""),s=j(),r=[...e.sessions.keys()].sort();return o("sectio\
n",{"aria-labelledby":`${s}-title`},o("h2",{id:`${s}-title`,tabIndex:-1,"data-home":!0},Rr.history),r.length>0&&o("div",{class:"field"},o("label",{for:s},"Sessi\
on"),o("select",{id:s,value:t,onChange:i=>n(i.currentTarget.value)},o("option",{value:""},"All sessions"),r.map(i=>o("option",{key:i,value:i},Ar(i))))),t?o("div",
{class:"card",key:t},o(gt,{name:t,session:e.sessions.get(t)??null})):o(Or,null))}function Or(){let[e,t]=v(Dr),{entries:n,fault:s}=mt("",e);return s?o("p",{class:"\
fault"},o(h,{text:s})):n?o("div",{class:"card"},o(tn,{caption:"What happened to all sessions",entries:n,names:!0}),n.length>=e&&e<Hr&&o("button",{type:"button",
onClick:()=>t(e*4)},"Show more")):o("p",{class:"soft"},"Reading …")}import{fill as nn,isolated as qr,labels as Do,remoteWord as Wo,sentences as De,stateWord as Uo,titled as Ho}from"./words.js";async function Oo(e){return x("POST",
N(e,"/logout"),{})}function Wr(e,t){let n=t.remote==="revoked"||t.remote==="nothing"?"":t.detail||Wo(t.remote);n&&z(e,`${Uo("signed_out")}: ${n}`)}async function qo(e){
await x("DELETE",N(e)),z(e,""),$(`“${qr(e)}” was removed.`)}function jo({question:e,session:t}){let n=I(null),[s,r]=v("");U(()=>n.current?.showModal(),[]);let i=()=>n.
current?.close(),a=m=>async()=>{await m(),i()},c=async()=>{let{remote:m}=await Oo(e.name);if(m==="unreachable"||m==="unsupported")throw new A(`${Uo("signed_out")}\
: ${Wo(m)}.`);await qo(e.name),i()},f=o("button",{type:"button",onClick:i},Do.cancel),d=Ho(e.name),u=e.what==="sign_out"?o(y,null,o("h2",{id:"question"},nn(De.confirm_sign_out,
{name:d})),o("p",null,De.confirm_sign_out_detail),e.related.length>0&&o("p",null,o("strong",null,o(h,{text:nn(De.related,{names:e.related.map(Ho).join(", ")})}))),
s&&o("p",{class:"fault"},o(h,{text:s})),o("div",{class:"buttons"},f,o(M,{kind:"danger",failed:r,run:a(async()=>Wr(e.name,await Oo(e.name)))},Do.sign_out))):o(y,
null,o("h2",{id:"question"},nn(De.confirm_remove,{name:d})),o("p",null,De.confirm_remove_detail),s&&o("p",{class:"fault"},o(h,{text:s})),o("div",{class:"buttons"},
f,t&&t.state!=="signed_out"&&o(M,{kind:"danger",failed:r,run:c},"Sign out and remove"),o(M,{kind:"danger",failed:r,run:a(()=>qo(e.name))},"Remove")));return o("\
dialog",{ref:n,"aria-labelledby":"question",onClose:()=>T({question:null})},u)}import{commandOf as Ur,fields as jr,isolated as zr,labels as H,reasonWord as Br,stateWord as Kr,titled as Gr}from"./words.js";var ee=e=>e?o("time",{dateTime:e},
ot(e)):null,de=e=>e?o("code",null,o(h,{text:e})):null,Qr=jr.name?.label??"Name";function zo({session:e,problem:t}){let n=e.last_error,s=[[Qr,Gr(e.name)===e.name?
null:o(h,{text:e.name})],[H.state,o(y,{key:"state"},Kr(e.state),e.reason&&`: ${zr(Br(e.reason))}`," (",de([e.state,e.reason].filter(Boolean).join(", ")),")")],[
"Why",t?.more],["The keeper says",e.detail&&o(h,{text:e.detail})],["Last error",n&&o(y,null,de(n.code),n.http_status?` (${H.http_status} ${n.http_status})`:"","\
, ",ee(n.at),n.message&&o(y,null,": ",o(h,{text:n.message})))],[H.provider,de(e.provider)],[H.provider_address,de(e.issuer)],[H.account,[e.account.name,e.account.
email,e.account.sub].filter(Boolean).map((r,i)=>o(y,{key:i},i>0&&" · ",o(h,{text:r})))],[H.app_id,de(e.client_id)],[H.permissions,de((e.scopes??[]).join(" "))],
[H.signed_in,ee(e.signed_in_at)],[H.last_renewed,ee(e.last_refresh_at)],[H.renews,ee(e.renew_at)],["Access token ends",ee(e.access_expires_at)],["Warns",ee(e.warn_at)],
[H.ends,ee(e.ends_at)],[H.next_try,ee(e.next_try_at)],["Generation",e.generation>0?de(String(e.generation)):null],["Command",t?.command&&o(J,{text:Ur(t.command,
e.name),what:"the command"})]];return o("dl",{class:"facts"},s.filter(([,r])=>r&&!(Array.isArray(r)&&r.length===0)).map(([r,i])=>o("div",{key:r},o("dt",null,r),
o("dd",null,i))))}import{fill as vt,from as yt,sentences as ht,span as Jr,tone as on}from"./words.js";var rn=200,an=(e,t)=>e?Date.parse(e)-t:NaN;function sn(e,t,n){let s=an(t,Date.
parse(e??"")),r=an(t,n);return s>0&&r>0?Math.min(rn,Math.ceil(r/s*rn)):-1}function Yr(e,t){let n={words:"",quiet:"",bar:-1,tone:"good"};if(e.state==="paused"||e.
state==="signed_out")return n;let[s,r,i,a]=[e.ends_at,e.renew_at,e.next_try_at,e.usable_until].map(_=>an(_,t)),c=e.state==="active"||e.state==="expiring",f=a>0?
`Programs can use it for ${Jr(a)} more`:"",d=s<=0?vt(ht.ended,{when:yt(s)}):"";if(!c&&e.state!=="retrying")return{...n,words:d,quiet:f,tone:on(e.state)};let u=[];
e.state==="retrying"&&i>0&&u.push(vt(ht.next_try,{when:yt(i)}));let m=!e.ends_firm&&s>0&&e.state!=="expiring",l=!Number.isNaN(s)&&!m;if(c&&r>0&&!(l&&r>=s)&&u.push(
vt(ht.renews,{when:yt(r)})),l)return!c&&f&&u.unshift(f),{words:d||vt(ht.ends,{when:yt(s)}),quiet:u.join(" · "),bar:sn(e.signed_in_at??e.last_refresh_at,e.ends_at,
t),tone:e.state==="active"?"good":on(e.state)};if(c&&r>0)return{...n,tone:"off",quiet:u.join(" · "),bar:sn(e.last_refresh_at??e.signed_in_at,e.renew_at,t)};let p=sn(
e.last_refresh_at??e.signed_in_at,e.usable_until,t);return{words:f,quiet:u.join(" · "),bar:p,tone:on(e.state)}}function Bo({session:e}){let t=j(),n=nt(c=>{let f=Yr(
e,c);return[f.words,f.quiet,f.bar,f.tone].join(`
`)}),[s,r,i,a]=n.split(`
`);return!s&&!r?null:o("div",{class:"times"},i!=="-1"&&o("progress",{class:s?"":"quiet","data-tone":a,max:rn,value:Number(i),"aria-labelledby":t}),o("p",{id:t,class:"\
time"},s&&o("span",{class:"ends"},s),s&&r&&" ",r&&o("span",{class:"soft"},r)))}import{fields as Ko,fill as Xr,isolated as Zr,labels as R,plain as ln,problemOf as ei,sentences as ti,stateWord as Go,titled as Oe,tone as ni}from"./words.js";var He=(e,t,n={})=>x(
"POST",N(e.name,t),n),Qo=me(({session:e,provider:t,running:n,opened:s,locked:r,note:i})=>{let[a,c]=v(!1),f=j(),d=e.account.email||e.account.name||e.account.sub||
"",u=ei(e),m=r&&e.state==="keychain_locked",l=p=>z(e.name,p);return o("li",{class:"session card","data-tone":ni(e.state),"data-state":e.state},o(X,{of:e.state}),
o("div",{class:"head"},o("h3",{tabIndex:-1,"data-home":!0,dir:"auto"},ln(e.name)),o("p",{class:"who"},d&&o("bdi",null,ln(d)),d&&t&&" · ",t&&o("bdi",null,ln(t)))),
o("p",{class:"state"},Go(e.state)),o("button",{type:"button",class:"quiet fold","aria-expanded":a,"aria-controls":a?f:void 0,"aria-label":`${R.details} of ${Oe(
e.name)}`,onClick:()=>c(!a)},R.details,o("svg",{viewBox:"0 0 12 12",width:"12",height:"12","aria-hidden":"true"},o("path",{d:"m2 4 4 4 4-4"}))),o("div",{class:"\
rest"},m?o("p",{class:"why"},"Waits for the keychain"):o(oi,{session:e,problem:u}),o(Bo,{session:e}),i&&o(si,{session:e,told:i}),n?o(ft,{name:e.name,running:n,key:n.
id}):!m&&o(ri,{session:e,problem:u,opened:s,tell:l}),a&&o("div",{id:f,class:"details"},o(ai,{session:e,running:n!==void 0,tell:l}),o(gt,{name:e.name,session:e}),
o(zo,{session:e,problem:u}))))});function oi({session:e,problem:t}){if(!t)return e.detail?o("p",{class:"why"},o(h,{text:e.detail})):null;let n=t.title===Go(e.state);
return o("div",{class:"why"},o("p",null,!n&&o("strong",null,t.title,". "),t.detail),e.detail&&e.state==="setup_needed"&&o("p",{class:"soft"},o(h,{text:e.detail})))}
function si({session:e,told:t}){return o("div",{class:"note"},o("p",null,o(h,{text:t.text})),t.failure==="wrong_account"&&e.reason!=="wrong_account"&&o(Jo,{session:e,
tell:n=>z(e.name,n)}))}function Jo({session:e,tell:t}){return o(M,{run:()=>re(e.name,{as_other:!0}),failed:t,label:`Use the other account for ${Oe(e.name)}`},"U\
se the other account")}function ri({session:e,problem:t,opened:n,tell:s}){let r=Oe(e.name);if(n)return o("div",{class:"panel","data-part":"opened"},o("p",null,Xr(
ti.waiting,{name:Zr(e.name)})),o("div",{class:"buttons"},o(M,{run:()=>re(e.name),failed:s,label:`Open the page again: ${r}`},"Open the page again")));switch(t?.
action){case"sign_in":case"sign_in_again":return o("div",{class:"buttons"},o(M,{kind:"main",run:()=>re(e.name),failed:s,label:`${t.label} to ${r}`},t.label),e.reason===
"wrong_account"&&o(Jo,{session:e,tell:s}));case"resume":return o("div",{class:"buttons"},o(M,{kind:"main",run:()=>He(e,"/resume"),failed:s,label:`${t.label} ${r}`},
t.label));case"unlock":return o("div",{class:"buttons"},o(M,{kind:"main",run:()=>x("POST","/v1/keychain/unlock",{}),failed:s,label:`${t.label} the keychain for ${r}`},
t.label));case"set_secret":return o(ii,{session:e,label:t.label});default:return e.state==="retrying"?o("div",{class:"buttons"},o(M,{run:()=>He(e,"/refresh"),failed:s,
label:`${R.try_again}: ${r}`},R.try_again)):null}}function ii({session:e,label:t}){let[n,s]=v(!1),[r,i]=v(""),[a,c]=v("");return n?o(_e,{class:"secret",run:async()=>{
if(!r)throw new Error("Enter the secret.");await He(e,"/secret",{client_secret:r}),s(!1),i("")},failed:u=>{c(u),u&&$(u)},label:R.save,cancel:()=>s(!1)},o(B,{name:"\
client_secret",label:Ko.client_secret?.label??"",type:"secret",required:!0,value:r,set:i,fault:a,hint:Ko.client_secret?.hint})):o("div",{class:"buttons"},o("but\
ton",{type:"button",class:"main","aria-label":`${t} ${Oe(e.name)}`,onClick:()=>s(!0)},t))}function ai({session:e,running:t,tell:n}){let s=Oe(e.name),r=(...c)=>c.
includes(e.state),i=async()=>{let c=await x("GET",N(e.name,"/related"));T({question:{what:"sign_out",name:e.name,related:c}})},a=()=>T({question:{what:"remove",
name:e.name,related:[]}});return o("div",{class:"buttons"},r("active","retrying","expiring")&&o(M,{run:()=>He(e,"/refresh"),failed:n,label:`${R.refresh} ${s}`},
R.refresh),r("active","retrying")&&!t&&o(M,{run:()=>re(e.name),failed:n,label:`${R.sign_in_again} to ${s}`},R.sign_in_again),!r("paused","signed_out")&&o(M,{run:()=>He(
e,"/pause"),failed:n,label:`${R.pause} ${s}`},R.pause),!r("signed_out")&&o(M,{run:i,failed:n,label:`${R.sign_out} of ${s}`},R.sign_out),o(M,{run:a,label:`${R.remove}\
 ${s}`},R.remove))}import{count as wt,labels as li,plain as ci,sentences as Yo,titled as di}from"./words.js";var ui=12;function Xo({state:e}){let[t,n]=v(""),[s,r]=v(""),i=I(null),
{sessions:a,order:c}=e,f=new Map(e.providers?.map(g=>[g.id,g.name])),d=g=>f.get(g.provider)||g.provider||fi(g.issuer),u=g=>d(g).toLowerCase()===g.name.toLowerCase()?
"":d(g),m=t.trim().toLowerCase(),l=g=>!m||[g.name,g.account.email,g.account.name,d(g)].some(b=>b?.toLowerCase().includes(m)),p=e.health!==null&&e.health.keychain.
state!=="ok",_=g=>{n(""),r(g)};return V(()=>{if(!s)return;let g=i.current?.children[c.indexOf(s)];g?.scrollIntoView({block:"center"}),g?.querySelector("[data-ho\
me]")?.focus({preventScroll:!0}),r("")},[s]),a.size===0?o(_i,null):o("section",{"aria-labelledby":"summary"},o(mi,{state:e,goTo:_}),a.size>ui&&o("div",{class:"f\
ind"},o(B,{name:"find",type:"search",label:"Find a session",required:!0,value:t,set:n})),o("ul",{class:"sessions",ref:i},c.map(g=>{let b=a.get(g);return b&&l(b)&&
o(Qo,{key:g,session:b,provider:u(b),running:e.signIns.get(g),opened:e.opened.has(g),locked:p,note:e.notes.get(g)})})))}function fi(e){try{return e?new URL(e).host:
""}catch{return ci(e??"")}}var cn=5,pi=3;function mi({state:e,goTo:t}){let{sessions:n,order:s,headed:r}=e,i=it(n),a=n.size,c=[...n.values()].every(l=>l.state===
"active"),f=[...n.values()].filter(l=>l.state==="sign_in_needed").length,d=i===f?wt("waiting",i):i===1?"1 session needs you":`${i} sessions need you`,u=i>0?d:c?
wt("well",a):wt("sessions",a),m=s.slice(pi).filter(l=>!r.has(l)&&rt(n.get(l)));return o("div",{class:"summary","data-tone":i>0?"bad":c?"good":"off"},(i>0||c)&&o(
X,{of:i>0?"bad":"ok"}),o("h2",{id:"summary",tabIndex:-1,"data-home":!0},u),i>0&&a>i&&o("p",{class:"soft"},wt("sessions",a)," in all"),m.length>0&&o("ul",{class:"\
jumps","aria-label":"Go to those that need you"},m.slice(0,cn).map(l=>o("li",{key:l},o("button",{type:"button",class:"quiet",onClick:()=>t(l)},di(l)))),m.length>
cn&&o("li",{class:"soft"},"and ",m.length-cn," more below")))}function _i(){return o("section",{class:"empty","aria-labelledby":"summary"},o("h2",{id:"summary",
tabIndex:-1,"data-home":!0},Yo.no_sessions),o("p",null,Yo.no_sessions_detail),o("p",null,o("a",{class:"main",href:"#go=add"},li.add.replace("…",""))))}import{keychainProblem as gi,labels as qe}from"./words.js";var vi=[["sessions",qe.sessions],["add",qe.add.replace("…","")],["history",qe.history],["health","H\
ealth"]];function yi(){let e=jn(),t=it(e.sessions);V(()=>{document.title=t>0?`(${t}) Sessionkeeper`:"Sessionkeeper"},[t]);let n=e.link==="live"||e.link==="lost"&&
e.sessions.size>0||e.link==="opening";return o(y,null,o("header",null,o("h1",{tabIndex:-1,"data-home":!0},o("img",{src:"/favicon.svg",alt:"",width:"28",height:"\
28"}),"Sessionkeeper"),e.link!=="closed"&&o("nav",{"aria-label":"Parts of this page"},vi.map(([s,r])=>o("a",{key:s,href:s==="sessions"?"#":`#go=${s}`,"aria-curr\
ent":e.view===s?"page":void 0},r)))),o("p",{class:"away",role:"status"},e.said),o("main",null,e.link==="lost"&&o(xi,null),e.link==="closed"&&o(Si,null),n&&o(bi,
{state:e}),n&&e.link!=="opening"&&o(hi,{state:e,key:e.view})),e.link!=="closed"&&o("footer",null,o("a",{href:"/licenses.txt",target:"_blank",rel:"noopener noref\
errer"},"Licences")),e.question&&o(jo,{question:e.question,session:e.sessions.get(e.question.name)}))}var Zo=!0;function hi({state:e}){let t=I(null);return U(()=>{
Zo||t.current?.querySelector("h2")?.focus(),Zo=!1},[]),o("div",{ref:t},wi(e))}function wi(e){switch(e.view){case"add":return o(So,{state:e});case"history":return o(
Ao,{state:e});case"health":return o(Eo,{state:e});default:return o(Xo,{state:e})}}function bi({state:e}){let t=e.health?.keychain;if(!t||t.state==="ok"||e.view===
"health")return null;let n=gi(t.state);return o("div",{class:"banner","data-part":"keychain"},o(X,{of:"keychain_locked"}),o("div",null,o("p",null,o("strong",null,
n.title,". "),n.detail),n.action==="unlock"&&o(Qt,{label:n.label})))}var ki=o(y,null,"open this page again from the tray icon, or run ",o("code",null,"sessionke\
eper ui"));function xi(){return o("div",{class:"banner","data-part":"lost"},o(X,{of:"retrying"}),o("div",null,o("p",null,o("strong",null,"The keeper does not an\
swer. "),"What you see may be old. This page goes on by itself when the keeper is back. If it does not, ",ki,"."),o("p",{class:"buttons"},o("button",{type:"butt\
on",onClick:qt},qe.try_again))))}function Si(){return o("section",{class:"empty","data-part":"closed","aria-labelledby":"closed-title"},o("h2",{id:"closed-title",
tabIndex:-1,"data-home":!0},"Open this page again"),o("p",null,"For your safety it shows your sessions only where Sessionkeeper itself has opened it, and until \
the keeper is started anew."),o("p",null,"Choose ",o("strong",null,qe.open_page)," in the menu of the tray icon, or run this command:"),o("p",null,o(J,{text:"se\
ssionkeeper ui",what:"the command"})))}var Pi=document.getElementById("app");To(document.body);Cn(o(yi,null),Pi);Wt();addEventListener("hashchange",()=>{Wt()});
