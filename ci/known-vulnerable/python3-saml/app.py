"""The smallest service provider on python3-saml that shows who is signed in, for versions old and new: app.py PORT IDP-METADATA-FILE"""
import secrets
import sys

from flask import Flask, abort, jsonify, redirect, request
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

port = sys.argv[1]
origin = f"http://127.0.0.1:{port}"
with open(sys.argv[2], "rb") as file:
    idp = OneLogin_Saml2_IdPMetadataParser.parse(file.read())["idp"]
settings = OneLogin_Saml2_Settings({
    "strict": True,
    "idp": idp,
    "sp": {"entityId": f"{origin}/metadata", "NameIDFormat": Saml.NAMEID_EMAIL_ADDRESS,
           "assertionConsumerService": {"url": f"{origin}/acs", "binding": Saml.BINDING_HTTP_POST}},
    "security": {"requestedAuthnContext": False},
})
sessions = {}
app = Flask(__name__)

def saml_auth():
    sent = {"https": "off", "http_host": "127.0.0.1", "server_port": port, "script_name": request.path}
    return OneLogin_Saml2_Auth({**sent, "get_data": request.args, "post_data": request.form}, settings)

@app.get("/login")
def login():
    return redirect(saml_auth().login(return_to=f"{origin}/me"))

@app.post("/acs")
def acs():
    auth = saml_auth()
    auth.process_response()
    if auth.get_errors() or not auth.is_authenticated():
        print(f"refused: {auth.get_last_error_reason()}", file=sys.stderr)
        return "<!doctype html><title>Sign-in failed</title><p>We could not sign you in.", 403
    session = secrets.token_urlsafe(32)
    sessions[session] = auth.get_nameid()
    answer = redirect("/me", 303)
    answer.set_cookie("session", session, httponly=True, samesite="Lax")
    return answer

@app.get("/me")
def me():
    name_id = sessions.get(request.cookies.get("session"))
    return jsonify(nameId=name_id) if name_id else abort(401)

@app.get("/logout")
def logout():
    sessions.pop(request.cookies.get("session"), None)
    return "signed out\n"

app.add_url_rule("/metadata", "metadata", lambda: (settings.get_sp_metadata(), {"Content-Type": "application/xml"}))
app.add_url_rule("/health", "health", lambda: "ok\n")
app.run(host="127.0.0.1", port=int(port), threaded=True)
