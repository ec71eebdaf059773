var p={active:{word:"Signed in",tone:"good"},retrying:{word:"Trying again",tone:"wait"},expiring:{word:"Ends soon",tone:"wait"},sign_in_needed:{word:"Sign-in ne\
eded",tone:"bad"},setup_needed:{word:"Setup needed",tone:"bad"},keychain_locked:{word:"Keychain locked",tone:"wait"},paused:{word:"Paused",tone:"off"},signed_out:{
word:"Signed out",tone:"off"}},u={revoked:"access was revoked",expired:"its time is over",reused:"the stored sign-in was used twice",refused:"the provider gives\
 no reason",interrupted_rotation:"a renewal was cut off",interaction_required:"the provider wants to see you",account_disabled:"the account is disabled",wrong_account:"\
another account signed in",no_refresh_token:"there is nothing to renew it with",scope_changed:"permissions have changed",client:"the app ID or secret is wrong",
redirect:"the return address is not registered",scope:"a permission is not allowed",config:"its settings cannot be used",locked:"it waits for your password",denied:"\
it refused access",absent:"it is not there",slow:"it does not answer",full:"it has no room left"},w={denied:"the page said no",wrong_account:"another account si\
gned in",exchange:"the provider did not finish it",no_refresh_token:"there is nothing to renew it with",keychain:"the keychain could not be used",timeout:"nobod\
y came back in time",cancelled:"it was given up",setup:"the setup needs a correction"},m={active:{scope_changed:{title:"Some permissions are missing",detail:"Th\
e provider gives “{name}” fewer permissions than it needs. What it gives works as before; sign in again to ask for the rest.",more:"The provider's last answ\
er names fewer scopes than the one before, or than were asked for.",action:"sign_in_again"},interaction_required:{title:"A service wants to see you",detail:"A s\
ervice that “{name}” is used for wants you to confirm something. Sign in again for it; everything else works as before.",more:"The service asked for claims \
(insufficient_claims) that only a sign-in can bring.",action:"sign_in_again"},no_refresh_token:{title:"Cannot be renewed",detail:"The provider gave nothing to r\
enew “{name}” with, so it ends soon; nothing is lost. Allow offline access for the app at the provider, then sign in again.",more:"No refresh token came wit\
h the access token. Where the provider knows the scope offline_access, ask for it.",action:"sign_in_again"}},retrying:{"":{title:"Renewal does not work just now",
detail:"The provider of “{name}” cannot be reached or has trouble, but nothing is lost. Sessionkeeper keeps trying; if this lasts, check whether your network wa\
nts you to log in.",action:"wait"}},expiring:{"":{title:"The session ends soon",detail:"“{name}” ends soon. Sign in again to stay signed in.",action:"sign_i\
n_again"}},sign_in_needed:{"":{title:"Sign-in is needed",detail:"“{name}” waits for you, and nothing is lost. Sign in again to go on.",action:"sign_in_again"},
revoked:{title:"Access was revoked",detail:"Access for “{name}” was taken back at the provider. Your settings are kept. Sign in again to go on.",more:"By yo\
u, by an administrator, or by a change of the password.",action:"sign_in_again"},expired:{title:"The session has ended",detail:"“{name}” has reached the end of \
its time at the provider. Your settings are kept. Sign in again to go on.",action:"sign_in_again"},reused:{title:"The provider ended the session",detail:"The pr\
ovider saw the stored sign-in of “{name}” used twice and ended the session to be safe. Your settings are kept. Sign in again to go on.",more:"A refresh toke\
n was used a second time. If another program or computer has a copy of it, give that one a session of its own.",action:"sign_in_again"},refused:{title:"Sign-in \
is needed",detail:"The provider no longer accepts “{name}” and gives no reason. Your settings are kept. Sign in again to go on.",more:"Most providers give t\
he same answer (invalid_grant) when access was revoked, has expired or was replaced.",action:"sign_in_again"},interrupted_rotation:{title:"A renewal was cut off",
detail:"The provider's answer to a renewal of “{name}” got lost on the way, and a second try was refused. Your settings are kept. Sign in again to go on.",more:"\
The lost answer held the next refresh token.",action:"sign_in_again"},interaction_required:{title:"The provider wants to see you",detail:"The provider wants you\
 to confirm something for “{name}”, and nothing is lost. Sign in again and follow its page.",more:"For example new terms, a second factor, or a rule of your\
 organization.",action:"sign_in_again"},account_disabled:{title:"The account is disabled",detail:"The provider says that the account of “{name}” is disabled. No\
thing here is lost. Have it enabled by the provider or your administrator, then sign in again.",action:"sign_in_again"},wrong_account:{title:"Another account si\
gned in",detail:"Another account than before signed in to “{name}”, so nothing was changed. Sign in again with the account that it belongs to.",more:"To mov\
e the session to the other account, sign in with: sessionkeeper login NAME --as-other",action:"sign_in_again"},no_refresh_token:{title:"Sign-in is needed",detail:"\
The provider gave nothing to renew “{name}” with, and its time is over. Your settings are kept. Sign in again to go on.",more:"No refresh token came with th\
e access token. Allow offline access for the client at the provider and, where the provider knows the scope offline_access, ask for it.",action:"sign_in_again"},
scope_changed:{title:"Permissions have changed",detail:"“{name}” has other permissions than it needs, but nothing is lost. Sign in again to confirm them.",more:"\
The scopes of the session are not those of the last consent.",action:"sign_in_again"}},setup_needed:{"":{title:"The setup needs a correction",detail:"The provid\
er does not accept how “{name}” is set up, but nothing is lost. Correct its settings, then sign in again.",action:"sign_in_again"},client:{title:"The app ID\
 or secret is wrong",detail:"The provider does not accept the app that “{name}” uses, but nothing is lost. Check its ID and its secret at the provider, then ent\
er the secret again. It is tried again by itself now and then.",more:"The provider calls them client ID and client secret. A secret may have run out.",action:"s\
et_secret"},redirect:{title:"The return address is not registered",detail:"The provider does not know the address that the browser returns to for “{name}”, but \
nothing is lost. Add it to the app at the provider, then sign in again.",more:"The provider calls it redirect URI or callback URL.",action:"sign_in_again"},scope:{
title:"A permission is not allowed",detail:"The provider does not give “{name}” one of the permissions that it asks for, but nothing is lost. Correct the list o\
f permissions, then sign in again.",more:"One of the scopes is unknown to the provider, or the client may not have it.",action:"sign_in_again"},config:{title:"T\
he settings cannot be used",detail:"“{name}” cannot be used as it is set up, but nothing is lost. Correct its file; it is read again by itself.",action:"edi\
t"}},keychain_locked:{"":{title:"The keychain cannot be used",detail:"“{name}” waits for your keychain, and nothing is lost. Everything goes on by itself when i\
t is back.",action:"unlock"},locked:{title:"The keychain is locked",detail:"“{name}” waits for your keychain, and nothing is lost. Unlock it, and everything goe\
s on by itself.",action:"unlock"},denied:{title:"The keychain refused access",detail:"“{name}” waits for your keychain, which did not let Sessionkeeper in. Noth\
ing is lost. Unlock it and allow Sessionkeeper.",action:"unlock"},absent:{title:"The keychain is not there",detail:"The keychain that holds “{name}” cannot be f\
ound, and nothing was changed in it. Start it, and everything goes on by itself.",more:"Was the keeper started with another kind of keychain before? Then start \
it with that one, or sign in again.",action:"details"},slow:{title:"The keychain does not answer",detail:"“{name}” waits for your keychain, and nothing is lost.\
 Sessionkeeper keeps trying; restart the keychain if this lasts.",action:"details"},full:{title:"No room for what is new",detail:"What is new of “{name}” cannot\
 be kept, because a disk or the keychain is full, but nothing is lost. Make room where the details say; everything then goes on by itself.",action:"details"}},paused:{
"":{title:"Paused",detail:"“{name}” is paused: it is not renewed, and programs cannot use it. Resume it to go on.",action:"resume"}},signed_out:{"":{title:"\
Signed out",detail:"Nobody is signed in to “{name}”. Sign in to use it.",action:"sign_in"}}},f={no_keeper:{title:"The keeper does not run",detail:"Your sess\
ions are safe, but nothing renews them now. Start the keeper to go on.",action:"start"},no_autostart:{title:"The keeper does not run",detail:"Your sessions are \
safe, but nothing renews them now, and no program may start the keeper here. Start it yourself to go on.",more:"SESSIONKEEPER_NO_AUTOSTART=1 is set in the envir\
onment.",action:"serve"},keeper_starting:{title:"The keeper is starting",detail:"Your sessions will be here in a moment.",action:"wait"},keeper_silent:{title:"T\
he keeper does not answer",detail:"It runs, but does not answer. End its process, sessionkeeper-keeper, and start it again; your sessions are safe.",action:"sta\
rt"},keeper_other:{title:"Another version of the keeper runs",detail:"Version {running} runs, and this is {version}. End the old one (process {pid}): your sessi\
ons are safe, and the new one starts by itself.",action:"details"},clock_wrong:{title:"The clock is wrong",detail:"This computer's clock is {span} {side} that o\
f {host}. Nothing is lost yet. Set the clock, so that sessions are renewed in time.",more:"Best let the system set it by itself (NTP).",action:"details"},no_network:{
title:"There is no connection",detail:"The providers cannot be reached, but nothing is lost. Sessionkeeper keeps trying; there is nothing you need to do.",action:"\
wait"},provider_silent:{title:"A provider cannot be reached",detail:"Sessions there go on when it is back, and nothing is lost. Check the network if this lasts.",
action:"wait"},outage:{title:"{names} cannot be renewed now",detail:"The provider cannot be reached or has trouble, but nothing is lost. Sessionkeeper keeps try\
ing; if this lasts, check whether your network wants you to log in.",action:"wait"},outage_limited:{title:"{names} cannot be renewed now",detail:"The provider g\
ets too many requests and asks to wait, but nothing is lost. Sessionkeeper waits and goes on by itself; if this lasts, end other programs that use the same acco\
unt there.",action:"wait"},outage_portal:{title:"{names} cannot be renewed now",detail:"Your network shows a page of its own in place of the provider, but nothi\
ng is lost. Open a web page and log in to the network; everything then goes on by itself.",action:"wait"},history_down:{title:"The history cannot be written",detail:"\
Your sessions go on as before. Make room on the disk, so that the history goes on too.",more:"The keeper's log tells more: keeper.log in its state folder.",action:"\
details"},page_down:{title:"The page cannot be opened",detail:"Its address is taken by another program. Your sessions go on as before; give the page another add\
ress.",more:"Set http in config.toml, or start the keeper with --http.",action:"details"},socket_down:{title:"Programs cannot reach the keeper",detail:"It runs,\
 but listens to no program any more. End its process, sessionkeeper-keeper, and start it again; your sessions are safe.",more:"The keeper's log tells more: keep\
er.log in its state folder.",action:"start"},keychain_locked:{title:"The keychain is locked",detail:"Your sessions wait for it, and nothing is lost. Unlock it, \
and everything goes on by itself.",action:"unlock"},keychain_denied:{title:"The keychain refused access",detail:"It did not let Sessionkeeper in, but nothing is\
 lost. Unlock it and allow Sessionkeeper; everything then goes on by itself.",action:"unlock"},keychain_absent:{title:"There is no keychain",detail:"Your sessio\
ns are kept in a keychain, and none runs; nothing is lost. Install and start one (GNOME Keyring, KWallet or KeePassXC), or keep them in a file with a passphrase\
.",action:"use_file"},keychain_slow:{title:"The keychain does not answer",detail:"Your sessions wait for it, and nothing is lost. Sessionkeeper keeps trying; re\
start the keychain if this lasts.",action:"details"},keychain_full:{title:"No room for what is new",detail:"What is new of your sessions cannot be kept, because\
 a disk or the keychain is full, but nothing is lost. Make room where the details say; everything then goes on by itself.",more:'Where it is the keychain: set k\
eychain = "sealed" in config.toml, and one key alone lies in it.',action:"details"},keychain_down:{title:"The keychain cannot be used",detail:"Your sessions wai\
t for it, and nothing is lost. Everything goes on by itself when it is back.",action:"details"},waiting_records:{title:"The keychain has not saved everything ye\
t",detail:"What is new ({count}) lies sealed on the disk, and nothing is lost. It moves to the keychain by itself when that is back.",action:"wait"},broken_file:{
title:"A settings file cannot be read",detail:"It is left as it is: {fault}. Correct it; it is read again by itself.",action:"details"},open_files:{title:"A fil\
e is open to others",detail:"Somebody else on this computer could read or change it. Make it yours alone.",action:"details"},no_tray:{title:"There is no place f\
or the tray icon",detail:"This desktop shows no tray icons now. Add a system tray to its panel; until then the page has all that the icon has.",more:"On GNOME: \
gnome-shell-extension-appindicator. Elsewhere a panel with a system tray, such as that of KDE Plasma or Xfce.",action:"open_page"},no_display:{title:"There is n\
o screen",detail:"No desktop can be reached from here. Start this from inside the desktop, or sign in with a code on another device.",more:"Neither DISPLAY nor \
WAYLAND_DISPLAY names one that answers. Ways to sign in without it: --device, --no-browser.",action:"details"},no_dbus:{title:"The desktop cannot be reached",detail:"\
Notifications, the tray icon and the keychain need the desktop's message bus. Start this from inside the desktop.",more:"No D-Bus session bus was found. Where t\
here is none at all, install dbus-user-session and log in again.",action:"details"},no_notifications:{title:"Notifications are not shown",detail:"This desktop h\
as nothing that shows them. Install a notification service; until then warnings are in the tray and on the page.",more:"For example dunst, xfce4-notifyd or noti\
fication-daemon.",action:"open_page"},no_browser:{title:"There is no browser",detail:"No program here opens web pages. Install a browser, or sign in with a code\
 on another device.",more:"No opener (xdg-open and the like) is on PATH. Ways to sign in without it: --device, --no-browser.",action:"details"}},k={sign_in:{label:"\
Sign in",command:"sessionkeeper login {name}"},sign_in_again:{label:"Sign in again",command:"sessionkeeper login {name}"},resume:{label:"Resume",command:"sessio\
nkeeper resume {name}"},unlock:{label:"Unlock",command:"sessionkeeper doctor"},set_secret:{label:"Enter secret…",command:"sessionkeeper set-secret --client-se\
cret-file FILE {name}"},edit:{label:"",command:"sessionkeeper doctor"},start:{label:"Start",command:"sessionkeeper serve"},serve:{label:"",command:"sessionkeepe\
r serve"},use_file:{label:"",command:"sessionkeeper serve --keychain file --passphrase-file FILE"},open_page:{label:"Open page",command:"sessionkeeper ui"},details:{
label:"Details",command:"sessionkeeper doctor"},wait:{label:"",command:""}},y={"session.added":"Added","session.removed":"Removed","session.state":"State change\
d","token.renewed":"Renewed","token.handed_out":"Given to a program","refresh.failed":"Renewal failed","session.warning":"Warning","session.cured":"Well again",
"consent.opened":"Sign-in page opened","consent.done":"Sign-in finished","keychain.state":"Keychain changed","keeper.wake":"Computer woke up"};var b={ok:"ready",locked:"locked",denied:"refused access",absent:"not there",slow:"does not answer",full:"full"};var _={keeper:"Runs (process {pid}, version {version})",keychain:"{backend}: ready",history:"Is written",socket:"Open to your programs",page:"Ready for your bro\
wser",page_off:"Turned off",configuration:"{path}, {count}",files:"Yours and private",clock:"Agrees with {host}",clock_unknown:"No provider has told the time ye\
t"};var v={revoked:"the provider has ended the access",kept:"the access at the provider was left as it is",unsupported:"this provider has no way to end the access f\
rom here: end it on its own pages if you want that",unreachable:"the provider could not be reached, so the access lives on there: end it on its own pages",nothing:"\
there was nothing to end at the provider"};var T={sign_in:"Sign in",sign_in_again:"Sign in again",later:"Later",allow_hour:"Allow for an hour",allow_once:"Allow once",deny:"Deny",revoke:"Take back",programs:"\
Programs",refresh:"Refresh",pause:"Pause",resume:"Resume",sign_out:"Sign out",remove:"Remove…",open_page:"Open page",open_list:"Open the list",add:"Add sessio\
n…",quit:"Quit",details:"Details",copy:"Copy",copied:"Copied",cancel:"Cancel",close:"Close",back:"Back",next:"Next",save:"Save",try_again:"Try again",history:"\
History",settings:"Settings",sessions:"Sessions",autostart:"Start when I log in",account:"Account",provider:"Provider",state:"State",last_renewed:"Last renewed",
renews:"Renews",ends:"Ends",next_try:"Next try",usable:"Good for",signed_in:"Signed in",another_device:"Sign in on another device",paste:"Paste the address",app_id:"\
App ID",app_secret:"App secret",permissions:"Permissions",return_address:"Return address",provider_address:"Address of the provider",session:"Session",signed_in_as:"\
Signed in as",answer:"The provider's answer",code:"Code",http_status:"Status"},S={renews:"Renews {when}",ends:"Ends {when}",ended:"Ended {when}",next_try:"Next \
try {when}",renewed:"Renewed {when}",no_sessions:"No sessions yet",no_sessions_detail:"Add one to stay signed in.",correct_file:"Correct the file; it is read ag\
ain by itself.",nothing_happened:"Nothing has happened yet",waiting:"Finish signing in to “{name}” in your browser.",link:"Open this address in your browser\
: {link}",no_page:"No page? Open this address: {link}",device:"Open {link} on any device and enter this code:",paste:"Open the page and sign in. It ends on a pa\
ge that may not load: copy the address of that page and paste it here.",added:"“{name}” is signed in and will be kept.",fresh:"“{name}” was renewed a moment\
 ago, so nothing was sent.",copied:"Copied",confirm_remove:"Remove “{name}” from this computer?",confirm_remove_detail:"Its settings are removed as well. Th\
e provider is not told; sign out first if its access should end.",confirm_sign_out:"Sign out of “{name}”?",confirm_sign_out_detail:"Its access at the provid\
er ends. Its settings stay.",related:"This may also end: {names}.",not_renewed:"Not renewed until then: {names}.",some_program:"A program that hides its name",wants:"\
{program} wants to use {name}",allowed:"{program} may use {name}",denied:"{program} may not use {name}",started_by:"started by {program}",waits_here:"Programs w\
ait for your answer",program_path:"Program: {path}",program_parent:"Started by: {path}",program_folder:"Folder: {path}",no_approvals:"No program waits for an an\
swer, and none is remembered",no_approvals_detail:"You are asked about the programs of a session whose settings say so.",asked_about:"You are asked about the pr\
ograms of: {names}.",answer_by:"No answer means no, {when}",answered_yes:"You said yes, good for {span} more",answered_once:"You said yes to one request",answered_run:"\
You said yes, as long as it runs",answered_no:"You said no, asked again {when}",answered_not:"Nobody answered, asked again {when}",answered_revoked:"Your answer\
 is taken back",answered_revoked_question:"You said no",answer_with:"Answer with: sessionkeeper approvals --allow ID, or --deny ID",no_hour:"It can do the work \
of any other program, so a yes to it is for one request and not for an hour.",good_for:"good for {span}",ends_when:"ends {when}",by_itself:"by itself",outage:"t\
he provider cannot be reached or has trouble",stop_working:"These use it and stop working:",used_process:"{name} (process {pid})",used_file:"The file {name}",used_proxy:"\
The proxy {name}"};var I={sessions:{one:"{n} session",many:"{n} sessions"},entries:{one:"{n} entry",many:"{n} entries"},waiting:{one:"{n} session waits for you to sign in",many:"{\
n} sessions wait for you to sign in"},well:{one:"{n} session signed in",many:"All {n} sessions signed in"},programs_wait:{one:"{n} more program waits for your a\
nswer",many:"{n} more programs wait for your answer"},times:{one:"once",many:"{n} times"},asking:{one:"{n} program waits for your answer",many:"{n} programs wai\
t for your answer"},waiting_requests:{one:"{n} request waits",many:"{n} requests wait"},more:{one:"{names} and {n} more",many:"{names} and {n} more"}},x={name:{
label:"Name",hint:"What you want to call it"},provider:{label:"Provider",hint:""},issuer:{label:"Address of the provider",hint:"Often called issuer, for example\
 https://login.example.org"},authorize_url:{label:"Sign-in address",hint:"Often called authorization endpoint"},token_url:{label:"Renewal address",hint:"Often c\
alled token endpoint"},device_url:{label:"Device sign-in address",hint:"Often called device authorization endpoint; optional"},check_url:{label:"Check address",
hint:"Asked now and then whether the access still holds; optional"},client_id:{label:"App ID",hint:"The provider calls it client ID or application ID"},client_secret:{
label:"App secret",hint:"The provider calls it client secret; some apps have none"},redirect_uri:{label:"Return address",hint:"Register it at the provider, whic\
h calls it redirect URI or callback URL"},scopes:{label:"Permissions",hint:"The provider calls them scopes"},account:{label:"Account",hint:"Offered on the sign-\
in page; optional"},max_age:{label:"Longest time",hint:"Sign in anew after this time, for example 30d; optional"},warn_before:{label:"Warn before the end",hint:"\
For example 5m"}};var Y=p,A=m,P=f,D=k,X=T,E=S,Z=x,J=e=>Y[e]?.word??e,Q=e=>Y[e]?.tone??"wait",V=e=>y[e]??e,ee=e=>b[e]??e,te=e=>u[e]??e,ne=e=>w[e]??e,se=e=>v[e]??"",oe=e=>e.split(/[/\\]/).
filter(Boolean).pop()??E.some_program,ie=e=>_[e]??"",ae=e=>e.charAt(0).toUpperCase()+e.slice(1),M=/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u,$=/\p{Mn}/u,q=/[\p{L}\p{M}\p{So}\p{Sk}]/u,
L=/[\x00-\x7f\ufffd\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}]/u,U=4,z=80,F=40,K=e=>e==="‌"||e==="‍",N=e=>e!==void 0&&q.test(e)&&!L.test(
e);function g(e){if(/^[ -~]*$/.test(e))return e;let t=[...e.replace(/\p{Cs}/gu,"�")],n="",s=0,i;for(let[r,h]of t.entries()){let a=h;if(K(a))(!N(i)||!N(t[r+1]))&&
(a="�");else if($.test(a)){if(++s>U)continue}else s=0,M.test(a)&&(a="�");i=a,n+=a}return n}var G="Segmenter"in Intl?new Intl.Segmenter:null;function R(e,t){
if(e.length<=t)return e;let n=[...e];if(n.length<=t)return e;let s="",i=0;for(let{segment:r}of G?.segment(e)??n.map(h=>({segment:h}))){if(i+=[...r].length,i>=t)
break;s+=r}return s||(s=n.slice(0,t-1).join("")),`${s.replace(/[\s\u0085\u200c\u200d]+$/u,"")}…`}var W=e=>/[^\u0000-\u007f]/.test(e)?`⁨${e}⁩`:e,j=e=>W(R(g(
e),z)),re=e=>W(R(g(e),F));function d(e,t){return e.replace(/\{(\w+)\}/g,(n,s)=>t[s]??n)}function de(e,t){let n=I[e];return d(t===1?n.one:n.many,{n:String(t)})}function O(e,t){
let n=D[e.action??""];return{title:d(e.title,t),detail:d(e.detail,t),more:e.more??"",action:e.action??"",label:n?.label??"",command:n?.command??""}}function he(e){
let t=A[e.state]?.[e.reason??""]??A[e.state]?.[""];return t?O(t,{name:j(e.name)}):null}function H(e,t={}){return O(P[e]??{title:e,detail:""},t)}var le=e=>H(P[`k\
eychain_${e}`]?`keychain_${e}`:"keychain_down");function B(e){let t=g(e),n=/^[\p{L}\p{Nd}_.@-]+$/u.test(t)?t:`'${t.replaceAll("'","'\\''")}'`;return t.startsWith(
"-")?`-- ${n}`:n}var ce=(e,t)=>d(e,{name:B(t)}),l=(e,t,n,s)=>n===0?`${e} ${t}`:`${e} ${t} ${n} ${s}`;function c(e){let t=Math.max(0,Math.round(e/1e3)),[n,s,i]=[
60,3600,86400].map(r=>Math.round(t/r));return t<60?`${t} s`:t<180?l(Math.floor(t/60),"min",t%60,"s"):n<60?`${n} min`:n<1440?l(Math.floor(n/60),"h",n%60,"min"):s<
48?l(1,"day",s%24,"h"):`${i} days`}var ge=e=>c(e>=6e4&&e<18e4?Math.round(e/1e4)*1e4:e);function pe(e){return Math.round(Math.abs(e)/1e3)===0?"now":e>0?`in ${c(e)}`:
`${c(-e)} ago`}export{ge as about,ae as capital,ie as checkWord,ce as commandOf,de as count,R as cut,V as eventWord,Z as fields,d as fill,pe as from,j as isolated,le as keychainProblem,
ee as keychainWord,X as labels,H as machineProblem,ne as outcomeWord,g as plain,he as problemOf,oe as programWord,te as reasonWord,se as remoteWord,E as sentences,
c as span,J as stateWord,re as titled,Q as tone};
