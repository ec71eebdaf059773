// Load this first in a page that comes through the proxy: it says when somebody must sign in, or when to try again.
const send = window.fetch;
window.fetch = async (...request) => {
	const answer = await send(...request);
	if (!answer.headers.has("Sessionkeeper-Error")) return answer; // the service's own
	const { code, detail, login_url } = await answer.clone().json();
	const bar = document.body.appendChild(document.createElement("p"));
	bar.setAttribute("role", "alert");
	bar.textContent = detail + (code === "TOKEN_EXPIRED" ? " " : ` Try again in ${answer.headers.get("Retry-After")} s.`);
	if (login_url) bar.append(Object.assign(document.createElement("a"), { href: login_url, target: "_blank", textContent: "Sign in" }));
	return answer;
};
