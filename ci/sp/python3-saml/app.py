"""A small service provider on python3-saml in strict mode, written as its README advises: app.py PORT IDP-METADATA-FILE"""
import os
import secrets
import sys
import time

from flask import Flask, abort, jsonify, redirect, request
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from werkzeug.exceptions import HTTPException

host = f"127.0.0.1:{int(sys.argv[1])}"  # configured, never read from the Host header
with open(sys.argv[2], "rb") as file:
    idp = OneLogin_Saml2_IdPMetadataParser.parse(file.read())["idp"]
settings = OneLogin_Saml2_Settings({
    "strict": True,
    "idp": idp,
    "sp": {"entityId": f"http://{host}/metadata", "NameIDFormat": Saml.NAMEID_EMAIL_ADDRESS,
           "assertionConsumerService": {"url": f"http://{host}/acs", "binding": Saml.BINDING_HTTP_POST}},
    # Azure signs assertion, response or both, and refuses a user who signed in by another method than the one requested.
    "security": {"wantAssertionsSigned": False, "rejectDeprecatedAlgorithm": True, "requestedAuthnContext": False},
})
# In memory, not in a cookie: the IdP posts from another site, where a SameSite=Lax cookie stays at home.
requests, assertions, sessions = {}, {}, {}  # id -> when it lapses (and whose session it is)
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1 << 20

def saml_auth():
    for memory in (requests, assertions, sessions):
        for lapsed in [key for key, (until, _) in list(memory.items()) if until < time.time()]:
            memory.pop(lapsed, None)
    sent = {"https": "off", "http_host": host, "script_name": request.path}
    return OneLogin_Saml2_Auth({**sent, "get_data": request.args, "post_data": request.form}, settings)

@app.get("/login")
def login():
    auth = saml_auth()
    answer = redirect(auth.login(return_to=f"http://{host}/me"))
    requests[auth.get_last_request_id()] = (time.time() + 600, None)
    return answer

@app.post("/acs")
def acs():
    auth = saml_auth()
    auth.process_response()
    if auth.get_errors() or not auth.is_authenticated():
        raise PermissionError(auth.get_last_error_reason())
    if requests.pop(auth.get_last_response_in_response_to(), None) is None:
        raise PermissionError("the response answers no open request of ours")
    mine = (auth.get_last_assertion_not_on_or_after() or time.time() + 86400, object())
    if assertions.setdefault(auth.get_last_assertion_id(), mine) is not mine:
        raise PermissionError("the assertion was used before")
    session, account = secrets.token_urlsafe(32), {"nameId": auth.get_nameid(), "attributes": auth.get_attributes()}
    sessions[session] = (time.time() + 3600, account)
    answer = redirect("/me", 303)  # never to RelayState, which anybody can write
    answer.set_cookie("session", session, httponly=True, samesite="Lax")
    return answer

@app.get("/me")
def me():
    until, account = sessions.get(request.cookies.get("session"), (0, None))
    return jsonify(account) if until > time.time() else abort(401)

@app.get("/logout")
def logout():
    sessions.pop(request.cookies.get("session"), None)
    return "signed out\n"

app.add_url_rule("/metadata", "metadata", lambda: (settings.get_sp_metadata(), {"Content-Type": "application/xml"}))
app.add_url_rule("/health", "health", lambda: "ok\n")

@app.errorhandler(Exception)
def refuse(error):
    if isinstance(error, HTTPException):
        return error
    print(f"refused: {error}", file=sys.stderr)
    return "<!doctype html><title>Sign-in failed</title><p>We could not sign you in.", 403

# In a container every address is the container's own.
app.run(host=os.environ.get("LISTEN", "127.0.0.1"), port=int(sys.argv[1]), threaded=True)
