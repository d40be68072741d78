"""A small service provider on pysaml2, written as its documentation advises: app.py PORT IDP-METADATA-FILE"""
import secrets
import sys
import time

from flask import Flask, abort, jsonify, redirect, request
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from werkzeug.exceptions import HTTPException

origin = f"http://127.0.0.1:{int(sys.argv[1])}"  # configured, never read from the Host header
config = SPConfig().load({
    "entityid": f"{origin}/metadata",
    "metadata": {"local": [sys.argv[2]]},
    "service": {"sp": {
        "endpoints": {"assertion_consumer_service": [(f"{origin}/acs", BINDING_HTTP_POST)]},
        "allow_unsolicited": False,
        # Azure can sign the assertion, the response or both; one of the two must be.
        "want_assertions_signed": False, "want_response_signed": False, "want_assertions_or_response_signed": True,
    }},
    "allow_unknown_attributes": True,  # Azure's claims are in none of the maps that the library brings
    "accepted_time_diff": 180,  # seconds that two clocks may differ
})
client = Saml2Client(config)
[idp] = client.metadata.identity_providers()
# In memory, not in a cookie: the IdP posts from another site, where a SameSite=Lax cookie stays at home.
requests, assertions, sessions = {}, {}, {}  # id -> when it lapses (and whose session it is)
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = 1 << 20

@app.before_request
def forget():
    for memory in (requests, assertions, sessions):
        for lapsed in [key for key, (until, _) in list(memory.items()) if until < time.time()]:
            memory.pop(lapsed, None)

@app.get("/login")
def login():
    request_id, message = client.prepare_for_authenticate(idp, binding=BINDING_HTTP_REDIRECT)
    requests[request_id] = (time.time() + 600, "/me")
    return redirect(dict(message["headers"])["Location"])

@app.post("/acs")
def acs():
    waiting = {request_id: where for request_id, (_, where) in list(requests.items())}
    # Without conv_info the library leaves the Recipient unread.
    sender = {"remote_addr": request.remote_addr}
    response = client.parse_authn_request_response(request.form["SAMLResponse"], BINDING_HTTP_POST, waiting, conv_info=sender)
    if response is None or response.name_id is None or not response.name_id.text:
        raise PermissionError("the response signs nobody in")
    if requests.pop(response.in_response_to, None) is None:
        raise PermissionError("the response answers no open request of ours")
    mine = (response.not_on_or_after or time.time() + 86400, object())
    if assertions.setdefault(response.assertion.id, mine) is not mine:
        raise PermissionError("the assertion was used before")
    session, account = secrets.token_urlsafe(32), {"nameId": response.name_id.text, "attributes": response.ava}
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

metadata = str(entity_descriptor(config))
app.add_url_rule("/metadata", "metadata", lambda: (metadata, {"Content-Type": "application/xml"}))
app.add_url_rule("/health", "health", lambda: "ok\n")

@app.errorhandler(Exception)
def refuse(error):
    if isinstance(error, HTTPException):
        return error
    print(f"refused: {error!r}", file=sys.stderr)
    return "<!doctype html><title>Sign-in failed</title><p>We could not sign you in.", 403

app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
