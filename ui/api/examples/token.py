"""Calls an address with a session's token: token.py NAME URL"""
import http.client, json, os, socket, sys, urllib.parse, urllib.request

home = os.environ.get("SESSIONKEEPER_HOME")
run = home + "/run" if home else os.environ["XDG_RUNTIME_DIR"] + "/sessionkeeper"
keeper = http.client.HTTPConnection("sessionkeeper")
keeper.sock = socket.socket(socket.AF_UNIX)
keeper.sock.connect(run + "/api.sock")
path = "/v1/sessions/" + urllib.parse.quote(sys.argv[1], safe="") + "/token"
keeper.request("POST", path, "{}", {"Content-Type": "application/json"})
answer = json.load(keeper.getresponse())
if "access_token" not in answer:
    sys.exit(answer["detail"])
call = urllib.request.Request(sys.argv[2], headers={"Authorization": "Bearer " + answer["access_token"]})
print(urllib.request.urlopen(call).read().decode())
