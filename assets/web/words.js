var o={states:{active:{word:"Signed in",tone:"good"},retrying:{word:"Trying again",tone:"wait"},expiring:{word:"Ends soon",tone:"wait"},sign_in_needed:{word:"Si\
gn-in needed",tone:"bad"},setup_needed:{word:"Setup needed",tone:"bad"},keychain_locked:{word:"Keychain locked",tone:"wait"},paused:{word:"Paused",tone:"off"},signed_out:{
word:"Signed out",tone:"off"}},reasons:{revoked:"access was revoked",expired:"its time is over",reused:"the stored sign-in was used twice",refused:"the provider\
 gives no reason",interrupted_rotation:"a renewal was cut off",interaction_required:"the provider wants to see you",account_disabled:"the account is disabled",wrong_account:"\
another account signed in",no_refresh_token:"there is nothing to renew it with",scope_changed:"permissions have changed",client:"the app ID or secret is wrong",
redirect:"the return address is not registered",scope:"a permission is not allowed",config:"its settings cannot be used",locked:"it waits for your password",denied:"\
it refused access",absent:"it is not there",slow:"it does not answer",full:"it has no room left"},problems:{active:{scope_changed:{title:"Some permissions are m\
issing",detail:"The provider gives “{name}” fewer permissions than it needs. What it gives works as before; sign in again to ask for the rest.",more:"The pr\
ovider's last answer names fewer scopes than the one before, or than were asked for.",action:"sign_in_again"},interaction_required:{title:"A service wants to se\
e you",detail:"A service that “{name}” is used for wants you to confirm something. Sign in again for it; everything else works as before.",more:"The service\
 asked for claims (insufficient_claims) that only a sign-in can bring.",action:"sign_in_again"},no_refresh_token:{title:"Cannot be renewed",detail:"The provider\
 gave nothing to renew “{name}” with, so it ends soon; nothing is lost. Allow offline access for the app at the provider, then sign in again.",more:"No refr\
esh token came with the access token. Where the provider knows the scope offline_access, ask for it.",action:"sign_in_again"}},retrying:{"":{title:"The provider\
 cannot be reached",detail:"“{name}” cannot be renewed at the moment, but nothing is lost. Sessionkeeper keeps trying; there is nothing you need to do.",action:"\
wait"}},expiring:{"":{title:"The session ends soon",detail:"“{name}” ends soon. Sign in again to stay signed in.",action:"sign_in_again"}},sign_in_needed:{"":{
title:"Sign-in is needed",detail:"“{name}” waits for you, and nothing is lost. Sign in again to go on.",action:"sign_in_again"},revoked:{title:"Access was r\
evoked",detail:"Access for “{name}” was taken back at the provider. Your settings are kept. Sign in again to go on.",more:"By you, by an administrator, or b\
y a change of the password.",action:"sign_in_again"},expired:{title:"The session has ended",detail:"“{name}” has reached the end of its time at the provider. Yo\
ur settings are kept. Sign in again to go on.",action:"sign_in_again"},reused:{title:"The provider ended the session",detail:"The provider saw the stored sign-i\
n of “{name}” used twice and ended the session to be safe. Your settings are kept. Sign in again to go on.",more:"A refresh token was used a second time. If\
 another program or computer has a copy of it, give that one a session of its own.",action:"sign_in_again"},refused:{title:"Sign-in is needed",detail:"The provi\
der no longer accepts “{name}” and gives no reason. Your settings are kept. Sign in again to go on.",more:"Most providers give the same answer (invalid_gran\
t) when access was revoked, has expired or was replaced.",action:"sign_in_again"},interrupted_rotation:{title:"A renewal was cut off",detail:"The provider's ans\
wer to a renewal of “{name}” got lost on the way, and a second try was refused. Your settings are kept. Sign in again to go on.",more:"The lost answer held \
the next refresh token.",action:"sign_in_again"},interaction_required:{title:"The provider wants to see you",detail:"The provider wants you to confirm something\
 for “{name}”, and nothing is lost. Sign in again and follow its page.",more:"For example new terms, a second factor, or a rule of your organization.",action:"\
sign_in_again"},account_disabled:{title:"The account is disabled",detail:"The provider says that the account of “{name}” is disabled. Nothing here is lost. Have\
 it enabled by the provider or your administrator, then sign in again.",action:"sign_in_again"},wrong_account:{title:"Another account signed in",detail:"Another\
 account than before signed in to “{name}”, so nothing was changed. Sign in again with the account that it belongs to.",more:"To move the session to the oth\
er account, sign in with: sessionkeeper login NAME --as-other",action:"sign_in_again"},no_refresh_token:{title:"Sign-in is needed",detail:"The provider gave not\
hing to renew “{name}” with, and its time is over. Your settings are kept. Sign in again to go on.",more:"No refresh token came with the access token. Allow\
 offline access for the client at the provider and, where the provider knows the scope offline_access, ask for it.",action:"sign_in_again"},scope_changed:{title:"\
Permissions have changed",detail:"“{name}” has other permissions than it needs, but nothing is lost. Sign in again to confirm them.",more:"The scopes of the\
 session are not those of the last consent.",action:"sign_in_again"}},setup_needed:{"":{title:"The setup needs a correction",detail:"The provider does not accep\
t how “{name}” is set up, but nothing is lost. Correct its settings, then sign in again.",action:"sign_in_again"},client:{title:"The app ID or secret is wro\
ng",detail:"The provider does not accept the app that “{name}” uses, but nothing is lost. Check its ID and its secret at the provider, then enter the secret aga\
in.",more:"The provider calls them client ID and client secret. A secret may have run out.",action:"set_secret"},redirect:{title:"The return address is not regi\
stered",detail:"The provider does not know the address that the browser returns to for “{name}”, but nothing is lost. Add it to the app at the provider, then si\
gn in again.",more:"The provider calls it redirect URI or callback URL.",action:"sign_in_again"},scope:{title:"A permission is not allowed",detail:"The provider\
 does not give “{name}” one of the permissions that it asks for, but nothing is lost. Correct the list of permissions, then sign in again.",more:"One of the\
 scopes is unknown to the provider, or the client may not have it.",action:"sign_in_again"},config:{title:"The settings cannot be used",detail:"“{name}” cannot \
be used as it is set up, but nothing is lost. Correct its file; it is read again by itself.",action:"edit"}},keychain_locked:{"":{title:"The keychain cannot be \
used",detail:"“{name}” waits for your keychain, and nothing is lost. Everything goes on by itself when it is back.",action:"unlock"},locked:{title:"The keyc\
hain is locked",detail:"“{name}” waits for your keychain, and nothing is lost. Unlock it, and everything goes on by itself.",action:"unlock"},denied:{title:"\
The keychain refused access",detail:"“{name}” waits for your keychain, which did not let Sessionkeeper in. Nothing is lost. Unlock it and allow Sessionkeeper.",
action:"unlock"},absent:{title:"The keychain is not there",detail:"The keychain that holds “{name}” cannot be found, and nothing was changed in it. Start it, an\
d everything goes on by itself.",more:"Was the keeper started with another kind of keychain before? Then start it with that one, or sign in again.",action:"deta\
ils"},slow:{title:"The keychain does not answer",detail:"“{name}” waits for your keychain, and nothing is lost. Sessionkeeper keeps trying; restart the keychain\
 if this lasts.",action:"details"},full:{title:"The keychain is full",detail:"There is no room for “{name}” in your keychain, but nothing is lost. Remove what y\
ou no longer need from it.",action:"details"}},paused:{"":{title:"Paused",detail:"“{name}” is paused: it is not renewed, and programs cannot use it. Resume it t\
o go on.",action:"resume"}},signed_out:{"":{title:"Signed out",detail:"Nobody is signed in to “{name}”. Sign in to use it.",action:"sign_in"}}},machine:{no_keeper:{
title:"The keeper does not run",detail:"Your sessions are safe, but nothing renews them now. Start the keeper to go on.",action:"start"},no_autostart:{title:"Th\
e keeper does not run",detail:"Your sessions are safe, but nothing renews them now, and no program may start the keeper here. Start it yourself to go on.",more:"\
SESSIONKEEPER_NO_AUTOSTART=1 is set in the environment.",action:"serve"},keeper_starting:{title:"The keeper is starting",detail:"Your sessions will be here in a\
 moment.",action:"wait"},keeper_silent:{title:"The keeper does not answer",detail:"It runs, but does not answer. Stop it and start it again; no session is lost \
by that.",action:"start"},keeper_other:{title:"Another version of the keeper runs",detail:"Version {running} runs, and this is {version}. Stop the old one (proc\
ess {pid}): no session is lost by that, and the new one starts by itself.",action:"details"},clock_wrong:{title:"The clock is wrong",detail:"This computer's clo\
ck is {span} {side} that of {host}. Nothing is lost yet. Set the clock, so that sessions are renewed in time.",more:"Best let the system set it by itself (NTP).",
action:"details"},no_network:{title:"There is no connection",detail:"The providers cannot be reached, but nothing is lost. Sessionkeeper keeps trying; there is \
nothing you need to do.",action:"wait"},provider_silent:{title:"A provider cannot be reached",detail:"Sessions there go on when it is back, and nothing is lost.\
 Check the network if this lasts.",action:"wait"},outage:{title:"{names} cannot be renewed now",detail:"The provider cannot be reached, but nothing is lost. Ses\
sionkeeper keeps trying; there is nothing you need to do.",action:"wait"},history_down:{title:"The history cannot be written",detail:"Your sessions go on as bef\
ore. Make room on the disk, so that the history goes on too.",more:"The keeper's log tells more: keeper.log in its state folder.",action:"details"},page_down:{title:"\
The page cannot be opened",detail:"Its address is taken by another program. Your sessions go on as before; give the page another address.",more:"Set http in con\
fig.toml, or start the keeper with --http.",action:"details"},socket_down:{title:"Programs cannot reach the keeper",detail:"Its door for programs is shut. Stop \
the keeper and start it again; no session is lost by that.",more:"The keeper's log tells more: keeper.log in its state folder.",action:"start"},keychain_locked:{
title:"The keychain is locked",detail:"Your sessions wait for it, and nothing is lost. Unlock it, and everything goes on by itself.",action:"unlock"},keychain_denied:{
title:"The keychain refused access",detail:"It did not let Sessionkeeper in, but nothing is lost. Unlock it and allow Sessionkeeper; everything then goes on by \
itself.",action:"unlock"},keychain_absent:{title:"There is no keychain",detail:"Your sessions are kept in a keychain, and none runs; nothing is lost. Install an\
d start one (GNOME Keyring, KWallet or KeePassXC), or keep them in a file with a passphrase.",action:"use_file"},keychain_slow:{title:"The keychain does not ans\
wer",detail:"Your sessions wait for it, and nothing is lost. Sessionkeeper keeps trying; restart the keychain if this lasts.",action:"details"},keychain_full:{title:"\
The keychain is full",detail:"There is no room for your sessions in it, but nothing is lost. Remove what you no longer need, or let Sessionkeeper keep a single \
entry in it.",more:'Set keychain = "sealed" in config.toml: one key alone then lies in the keychain.',action:"details"},keychain_down:{title:"The keychain canno\
t be used",detail:"Your sessions wait for it, and nothing is lost. Everything goes on by itself when it is back.",action:"details"},waiting_records:{title:"The \
keychain has not saved everything yet",detail:"What is new ({count}) lies sealed on the disk until then. It is moved by itself when the keychain is back.",action:"\
wait"},broken_file:{title:"A settings file cannot be read",detail:"It is left as it is: {fault}. Correct it; it is read again by itself.",action:"details"},open_files:{
title:"A file is open to others",detail:"Somebody else on this computer could read or change it. Make it yours alone.",action:"details"},no_tray:{title:"There i\
s no place for the tray icon",detail:"This desktop shows no tray icons now. Add a system tray to its panel; until then the page has all that the icon has.",more:"\
On GNOME: gnome-shell-extension-appindicator. Elsewhere a panel with a system tray, such as that of KDE Plasma or Xfce.",action:"open_page"},no_display:{title:"\
There is no screen",detail:"No desktop can be reached from here. Start this from inside the desktop, or sign in with a code on another device.",more:"Neither DI\
SPLAY nor WAYLAND_DISPLAY names one that answers. Ways to sign in without it: --device, --no-browser.",action:"details"},no_dbus:{title:"The desktop cannot be r\
eached",detail:"Notifications, the tray icon and the keychain need the desktop's message bus. Start this from inside the desktop.",more:"No D-Bus session bus wa\
s found. Where there is none at all, install dbus-user-session and log in again.",action:"details"},no_notifications:{title:"Notifications are not shown",detail:"\
This desktop has nothing that shows them. Install a notification service; until then warnings are in the tray and on the page.",more:"For example dunst, xfce4-n\
otifyd or notification-daemon.",action:"open_page"},no_browser:{title:"There is no browser",detail:"No program here opens web pages. Install a browser, or sign \
in with a code on another device.",more:"No opener (xdg-open and the like) is on PATH. Ways to sign in without it: --device, --no-browser.",action:"details"}},actions:{
sign_in:{label:"Sign in",command:"sessionkeeper login {name}"},sign_in_again:{label:"Sign in again",command:"sessionkeeper login {name}"},resume:{label:"Resume",
command:"sessionkeeper resume {name}"},unlock:{label:"Unlock",command:"sessionkeeper doctor"},set_secret:{label:"Enter secret…",command:"sessionkeeper set-sec\
ret --client-secret-file FILE {name}"},edit:{label:"",command:"sessionkeeper doctor"},start:{label:"Start",command:"sessionkeeper serve"},serve:{label:"",command:"\
sessionkeeper serve"},use_file:{label:"",command:"sessionkeeper serve --keychain file --passphrase-file FILE"},open_page:{label:"Open page",command:"sessionkeep\
er ui"},details:{label:"Details",command:"sessionkeeper doctor"},wait:{label:"",command:""}},events:{"session.added":"Added","session.removed":"Removed","sessio\
n.state":"State changed","token.renewed":"Renewed","token.handed_out":"Given to a program","refresh.failed":"Renewal failed","session.warning":"Warning","sessio\
n.cured":"Well again","consent.opened":"Sign-in page opened","consent.done":"Sign-in finished","keychain.state":"Keychain changed","keeper.wake":"Computer woke \
up"},stories:{"session.added":"{name} was added","session.removed":"{name} was removed","session.state":"{name}: {state} (was: {was})","token.renewed":"{name} w\
as renewed, good for {span}","refresh.failed":"{name} could not be renewed: {why}","session.warning":"{name} ends {when}","session.warning.outage":"{name} canno\
t be renewed: the provider cannot be reached","session.cured":"{name} is well again","consent.opened":"{name} waits for you in the browser","consent.done":"{nam\
e}: sign-in ended: {why}","keychain.state":"keychain: {why}","keeper.wake":"the computer woke up","approval.changed":"the questions about programs changed","tok\
en.handed_out":"handed out {times} to {program}","token.handed_out.face":"handed out {times} to {program} ({face})"},keychain:{ok:"ready",locked:"locked",denied:"\
refused access",absent:"not there",slow:"does not answer",full:"full"},health:{ok:"All is well",degraded:"Something waits",down:"Something is broken"},checks:{keeper:"\
Runs (process {pid}, version {version})",keychain:"{backend}: ready",history:"Is written",socket:"Open to your programs",page:"Ready for your browser",page_off:"\
Turned off",configuration:"{path}, {count}",files:"Yours and private",clock:"Agrees with {host}",clock_unknown:"No provider has told the time yet"},notices:{end:{
title:"{name} ends in {span}",body:"At {time} this session ends, and programs that use it stop working. Sign in again to go on."},ahead:{title:"{name} ends in {\
span}",body:"On {time} this session ends. You can sign in again any time before."},setup:{title:"{name} needs a correction",body:"{why}"},group:{title:"{count}",
body:"{names}. Sign in to each of them in the list of sessions."},check_off:{title:"The check of {name} was turned off",body:"The address that it asks refuses e\
ven a fresh sign-in, so it says nothing about the session. Correct check_url in the session's file to turn it on again."},unknown_answer:{title:"{name} cannot b\
e renewed",body:"{why} Its answer: {code}."},claims_ignored:{title:"{name} may ask you twice",body:"Something was to be passed on to the next sign-in, and it ca\
nnot be read, so it is left out. If the provider asks for more after you signed in, sign in once again."},copied:{title:"Sessions wait for your answer",body:"Th\
e keeper's files were copied here or put back from a backup, and another keeper may have used them since. Resume each session if this is the only copy, else sig\
n in again: {names}."},scopes_lost:{title:"{name} has fewer permissions",body:"The provider does not give it: {scopes}. The rest works as before; sign in again \
to ask for them."},no_refresh:{title:"{name} cannot be kept",body:"{why}"},approval:{title:"{program} wants to use {name}",body:"No answer within a minute means\
 no. The page can answer as well."},approvals:{title:"{count}",body:"{names}. Answer them on the page."}},errors:{unavailable:"The provider of “{name}” cannot b\
e reached now, but nothing is lost; the keeper keeps trying.",stopping:"The keeper is stopping; try again in a moment.",too_slow:"The renewal did not end in the\
 time that you gave it; try again, or give a longer --wait.",moved:"Its file names another provider or app than the one that it is signed in to, and nothing is \
sent there: put the file back as it was, or sign in again.",copied:"The keeper's files were copied here or put back from a backup, so another keeper may have us\
ed this sign-in since, and nothing was sent: resume the session if this is the only copy, else sign in again.",endpoint_moved:"The provider now names another se\
rver for renewals, {host}, and nothing secret is sent there: sign in again if that is right, or ask the provider.",token_elsewhere:"By its own word this provide\
r renews at another server, {host}: if the sign-in that you bring may go there, give its address as well, {url}.",old_refused:"The provider does not accept the \
sign-in that you brought, so “{name}” was not added: check that it belongs to this app and was not used since, or add the session without it.",secret_new:"A\
 new app secret is stored; the one before it is kept until the new one has worked once.",secret_old:"The provider refuses the new app secret, so the one before \
it is used, as long as that works: correct the new one with sessionkeeper set-secret, or make the provider take it.",edited:"Its file was changed to another pro\
vider or app while the sign-in was open, so what the sign-in brought was not taken: start it again.",stray:"An answer that belongs to no sign-in came in and was\
 ignored; this sign-in still waits for you.",scopes_lacking:"The provider did not give all that was asked for: {scopes}. The rest works; sign in again with --sc\
ope to ask once more.",scopes_lost:"The provider does not give these permissions any more: {scopes}. The rest works as before; sign in again to ask for them.",elsewhere:"\
This keychain does not hold the sign-in: start the keeper with the --keychain that it had before, or sign in again.",wrong_account:"“{name}” belongs to {account\
}, and another account signed in.",account_before:"the account that signed in before",as_other:"To move the session to the other account instead, run: sessionke\
eper login --as-other {name}",answered:"(The provider's answer: {answer}.)",approval_asked:"You are asked whether {program} may use “{name}”; answer on the desk\
top or on the page, or run: sessionkeeper approvals",approval_denied:"You said no to {program} for “{name}”, and nothing is asked again before {time}; to change\
 that, run: sessionkeeper approvals",approval_unheard:"Nobody answered whether {program} may use “{name}”, which means no; from {time} on it is asked again.",
approval_many:"Too many programs wait for an answer, so {program} may not use “{name}” now; answer them first: sessionkeeper approvals",approval_over:"There\
 is no such question any more: it was answered, or its time has run out; see: sessionkeeper approvals"},advice:{revoked:"Access was taken back at the provider, \
but nothing here is lost: sign in again.",expired:"The session's time at the provider is over, but nothing here is lost: sign in again.",reused:"The stored sign\
-in was used twice, perhaps by another program or computer, but nothing here is lost: sign in again.",refused:"The provider no longer accepts this session, but \
nothing here is lost: sign in again.",account_disabled:"The account at the provider is disabled or gone, but nothing here is lost: ask the provider or your admi\
nistrator about it.",interaction_required:"The provider wants you or an administrator to confirm something, and nothing here is lost: sign in again and follow i\
ts page.",client:"The provider does not accept the app, but nothing here is lost: check the app ID and the app secret there (client ID, client secret, grant typ\
e).",redirect:"The provider does not know this session's return address, but nothing here is lost: add it to the app there (redirect URI).",scope:"The provider \
does not give the app all that this session asks for, but nothing here is lost: check the session's permissions (scopes).",config:"The provider does not take th\
e request as it is, but nothing here is lost: check the session's settings against the provider's documentation.",passing:"The provider cannot renew the session\
 right now, but nothing here is lost: wait; it is tried again by itself.",unknown:"The provider gave an answer that is not known here, but nothing here is lost:\
 wait; it is tried again by itself.",lasting:"For an hour the provider has given an answer that is not known here, but nothing here is lost: look at the app and\
 the account at the provider.",proxy_auth_required:"The network's proxy asks who you are, and nothing here is lost: log in to the network (or set HTTPS_PROXY wi\
th name and password).",captive_portal:"The network shows a page of its own in place of the provider, but nothing here is lost: open a web page and log in to th\
e network.",redirect_refused:"The address for renewals leads elsewhere, which is not followed, and nothing here is lost: check the address if this lasts (token_\
url).",tls_untrusted:"Something stands between you and the provider, so nothing was sent or lost: check the network (TLS).",insecure_url:"The provider's address\
 is not a safe one, so nothing was sent or lost: use an address that is encrypted (https).",unsupported:"The provider offers no way to do this from here, and no\
thing here is lost: use the provider's own pages.",pending:"The provider waits for you, and nothing here is lost: finish signing in on its page."},remote:{revoked:"\
the provider has ended the access",kept:"the access at the provider was left as it is",unsupported:"this provider has no way to end the access from here: end it\
 on its own pages if you want that",unreachable:"the provider could not be reached, so the access lives on there: end it on its own pages",nothing:"there was no\
thing to end at the provider"},labels:{sign_in:"Sign in",sign_in_again:"Sign in again",later:"Later",allow_hour:"Allow for an hour",allow_once:"Allow once",deny:"\
Deny",revoke:"Take back",programs:"Programs",refresh:"Refresh",pause:"Pause",resume:"Resume",sign_out:"Sign out",remove:"Remove…",open_page:"Open page",open_list:"\
Open the list",add:"Add session…",quit:"Quit",details:"Details",copy:"Copy",copied:"Copied",cancel:"Cancel",close:"Close",back:"Back",next:"Next",save:"Save",
try_again:"Try again",history:"History",settings:"Settings",sessions:"Sessions",autostart:"Start when I log in",account:"Account",provider:"Provider",state:"Sta\
te",last_renewed:"Last renewed",renews:"Renews",ends:"Ends",next_try:"Next try",usable:"Good for",signed_in:"Signed in",another_device:"Sign in on another devic\
e",paste:"Paste the address",app_id:"App ID",app_secret:"App secret",permissions:"Permissions",return_address:"Return address",provider_address:"Address of the \
provider",session:"Session",signed_in_as:"Signed in as",answer:"The provider's answer",code:"Code",http_status:"Status"},sentences:{renews:"Renews {when}",ends:"\
Ends {when}",ended:"Ended {when}",next_try:"Next try {when}",renewed:"Renewed {when}",no_sessions:"No sessions yet",no_sessions_detail:"Add one to stay signed i\
n.",correct_file:"Correct the file; it is read again by itself.",nothing_happened:"Nothing has happened yet",waiting:"Finish signing in to “{name}” in your brow\
ser.",link:"Open this address in your browser: {link}",no_page:"No page? Open this address: {link}",device:"Open {link} on any device and enter this code:",paste:"\
Open the page and sign in. It ends on a page that may not load: copy the address of that page and paste it here.",added:"“{name}” is signed in and will be kept.",
fresh:"“{name}” was renewed a moment ago, so nothing was sent.",copied:"Copied",confirm_remove:"Remove “{name}” from this computer?",confirm_remove_detail:"\
Its settings are removed as well. The provider is not told; sign out first if its access should end.",confirm_sign_out:"Sign out of “{name}”?",confirm_sign_out_detail:"\
Its access at the provider ends. Its settings stay.",related:"This may also end: {names}.",not_renewed:"Not renewed until then: {names}.",some_program:"A progra\
m that hides its name",wants:"{program} wants to use {name}",allowed:"{program} may use {name}",denied:"{program} may not use {name}",started_by:"started by {pr\
ogram}",waits_here:"Programs wait for your answer",program_path:"Program: {path}",program_parent:"Started by: {path}",program_folder:"Folder: {path}",no_approvals:"\
No program waits for an answer, and none is remembered",no_approvals_detail:"You are asked about the programs of a session whose settings say so.",asked_about:"\
You are asked about the programs of: {names}.",answer_by:"No answer means no, {when}",answered_yes:"You said yes, good for {span} more",answered_once:"You said \
yes to one request",answered_run:"You said yes, as long as it runs",answered_no:"You said no, asked again {when}",answered_not:"Nobody answered, asked again {wh\
en}",answered_revoked:"Your answer is taken back",answered_revoked_question:"You said no",answer_with:"Answer with: sessionkeeper approvals --allow ID, or --den\
y ID",no_hour:"It can do the work of any other program, so a yes to it is for one request and not for an hour.",good_for:"good for {span}",ends_when:"ends {when\
}",by_itself:"by itself",outage:"the provider cannot be reached",stop_working:"These use it and stop working:",used_process:"{name} (process {pid})",used_file:"\
The file {name}",used_proxy:"The proxy {name}"},window:{title_warning:"Session ends",title_welcome:"Welcome to Sessionkeeper",title_keychain:"Keychain",title_passphrase:"\
Passphrase",failed:"That did not work",welcome:"Sign in once, stay signed in.",welcome_detail:"Sessionkeeper lives in the tray and keeps your sign-ins alive.",welcome_renews:"\
It renews your sessions in the background, and warns you before one ends.",welcome_programs:"Programs on this computer ask it for access, so you sign in once fo\
r all of them.",kept:"Your sign-ins are kept safe",kept_os:"They lie in your desktop's keychain and nowhere else.",kept_sealed:"They lie encrypted on this compu\
ter; the key is in your desktop's keychain.",kept_file:"They lie encrypted on this computer, under your passphrase.",passphrase:"Passphrase",passphrase_again:"T\
he same again",unlock:"Unlock your sessions",choose:"Choose a passphrase",choose_detail:"Your sessions are encrypted with it. Nobody can bring it back: without \
it you sign in to everything anew.",opening:"Opening…",differs:"The two are not the same. Type them again.",wrong:"That is not the passphrase. Try again.",keeper_ended:"\
The keeper has ended. Try again.",other_keeper:"{detail} A keeper runs already and cannot be told a passphrase from here: end it (process {pid}) and try again.",
no_program:"The program sessionkeeper is missing. Install it beside this one."},tray:{no_program:"The program sessionkeeper is missing. Install it beside this o\
ne, or on PATH.",start_slow:"The keeper takes too long to start. Its log tells why: keeper.log in the state folder.",soon:"Ends in less than a minute",ends:"End\
s in {span}",state_ends:"{state}, ends in {span}",sign_out:"Yes, sign out of {name}",needs_you:"{n} needs you",need_you:"{n} need you",some:"{n} {state}",more:"\
More ({first}–{last})",rest:"{n} more on the page…",failed:"{what} did not work"},counts:{sessions:{one:"{n} session",many:"{n} sessions"},entries:{one:"{n}\
 entry",many:"{n} entries"},waiting:{one:"{n} session waits for you to sign in",many:"{n} sessions wait for you to sign in"},well:{one:"{n} session signed in",many:"\
All {n} sessions signed in"},programs_wait:{one:"{n} more program waits for your answer",many:"{n} more programs wait for your answer"},times:{one:"once",many:"\
{n} times"},asking:{one:"{n} program waits for your answer",many:"{n} programs wait for your answer"},waiting_requests:{one:"{n} request waits",many:"{n} reques\
ts wait"},more:{one:"{names} and {n} more",many:"{names} and {n} more"}},fields:{name:{label:"Name",hint:"What you want to call it"},provider:{label:"Provider",
hint:""},issuer:{label:"Address of the provider",hint:"Often called issuer, for example https://login.example.org"},authorize_url:{label:"Sign-in address",hint:"\
Often called authorization endpoint"},token_url:{label:"Renewal address",hint:"Often called token endpoint"},device_url:{label:"Device sign-in address",hint:"Of\
ten called device authorization endpoint; optional"},check_url:{label:"Check address",hint:"Asked now and then whether the access still holds; optional"},client_id:{
label:"App ID",hint:"The provider calls it client ID or application ID"},client_secret:{label:"App secret",hint:"The provider calls it client secret; some apps \
have none"},redirect_uri:{label:"Return address",hint:"Register it at the provider, which calls it redirect URI or callback URL"},scopes:{label:"Permissions",hint:"\
The provider calls them scopes"},account:{label:"Account",hint:"Offered on the sign-in page; optional"},max_age:{label:"Longest time",hint:"Sign in anew after t\
his time, for example 30d; optional"},warn_before:{label:"Warn before the end",hint:"For example 5m"}}};var m=o.states,p=o.problems,w=o.machine,_=o.actions,$=o.labels,v=o.sentences,M=o.fields,q=e=>m[e]?.word??e,L=e=>m[e]?.tone??"wait",U=e=>o.events[e]??e,F=e=>o.keychain[e]??
e,K=e=>o.reasons[e]??e,B=e=>o.remote[e]??"",H=e=>e.split(/[/\\]/).filter(Boolean).pop()??v.some_program,G=e=>o.checks[e]??"",T=/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u,S=/\p{Mn}/u,
x=/[\p{L}\p{M}\p{So}\p{Sk}]/u,A=/[\x00-\x7f\ufffd\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}]/u,I=4,N=80,Y=40,P=e=>e==="‌"||e==="‍",u=e=>e!==
void 0&&x.test(e)&&!A.test(e);function g(e){if(/^[ -~]*$/.test(e))return e;let n=[...e.replace(/\p{Cs}/gu,"�")],t="",s=0,i;for(let[r,h]of n.entries()){let a=h;
if(P(a))(!u(i)||!u(n[r+1]))&&(a="�");else if(S.test(a)){if(++s>I)continue}else s=0,T.test(a)&&(a="�");i=a,t+=a}return t}var R="Segmenter"in Intl?new Intl.Segmenter:
null;function f(e,n){if(e.length<=n)return e;let t=[...e];if(t.length<=n)return e;let s="",i=0;for(let{segment:r}of R?.segment(e)??t.map(h=>({segment:h}))){if(i+=
[...r].length,i>=n)break;s+=r}return s||(s=t.slice(0,n-1).join("")),`${s.replace(/[\s\u0085\u200c\u200d]+$/u,"")}…`}var k=e=>/[^\u0000-\u007f]/.test(e)?`⁨${e}\
⁩`:e,O=e=>k(f(g(e),N)),j=e=>k(f(g(e),Y));function d(e,n){return e.replace(/\{(\w+)\}/g,(t,s)=>n[s]??t)}function z(e,n){let t=o.counts[e];return d(n===1?t.one:
t.many,{n:String(n)})}function y(e,n){let t=_[e.action??""];return{title:d(e.title,n),detail:d(e.detail,n),more:e.more??"",action:e.action??"",label:t?.label??"",
command:t?.command??""}}function X(e){let n=p[e.state]?.[e.reason??""]??p[e.state]?.[""];return n?y(n,{name:O(e.name)}):null}function C(e,n={}){return y(w[e]??{
title:e,detail:""},n)}var Z=e=>C(w[`keychain_${e}`]?`keychain_${e}`:"keychain_down");function W(e){let n=g(e),t=/^[\p{L}\p{Nd}_.@-]+$/u.test(n)?n:`'${n.replaceAll(
"'","'\\''")}'`;return n.startsWith("-")?`-- ${t}`:t}var J=(e,n)=>d(e,{name:W(n)}),l=(e,n,t,s)=>t===0?`${e} ${n}`:`${e} ${n} ${t} ${s}`;function c(e){let n=Math.
max(0,Math.round(e/1e3)),[t,s,i]=[60,3600,86400].map(r=>Math.round(n/r));return n<60?`${n} s`:n<180?l(Math.floor(n/60),"min",n%60,"s"):t<60?`${t} min`:t<1440?l(
Math.floor(t/60),"h",t%60,"min"):s<48?l(1,"day",s%24,"h"):`${i} days`}var Q=e=>c(e>=6e4&&e<18e4?Math.round(e/1e4)*1e4:e);function V(e){return Math.round(Math.abs(
e)/1e3)===0?"now":e>0?`in ${c(e)}`:`${c(-e)} ago`}export{Q as about,G as checkWord,J as commandOf,z as count,f as cut,U as eventWord,M as fields,d as fill,V as from,O as isolated,Z as keychainProblem,F as keychainWord,
$ as labels,C as machineProblem,g as plain,X as problemOf,H as programWord,K as reasonWord,B as remoteWord,v as sentences,c as span,q as stateWord,j as titled,L as tone};
