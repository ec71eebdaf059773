// google.mjs TIMES PAUSE gets access tokens with the default credentials of Google's library for Node, so often and so
// many milliseconds apart. It prints one line of JSON each time. Without a project the library would look for one at
// Google.
import { GoogleAuth } from 'google-auth-library';

const [times, pause] = process.argv.slice(2).map(Number);
const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform', projectId: 'lab-123' });
const client = await auth.getClient();
for (let i = 0; i < times; i++) {
	const { token } = await client.getAccessToken();
	console.log(JSON.stringify({ Token: token }));
	await new Promise((done) => setTimeout(done, pause));
}
