//! The shapes, one element a line: Microsoft's as public captures have it.

use mock_idp::{Signing, SigningOption};

/// What differs from one response to the next.
pub(super) struct Shape {
    pub(super) signing: Signing,
    /// Whose certificate signs.
    pub(super) signer: &'static str,
    pub(super) in_response_to: bool,
    pub(super) name_id: &'static str,
    pub(super) provider: &'static str,
    /// Attributes between the display name and the identity provider.
    pub(super) groups: String,
    /// What stands in place of the assertion.
    pub(super) encrypted: Option<&'static str>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            signing: Signing::default(),
            signer: "TENANT",
            in_response_to: true,
            name_id: "alice@contoso.example",
            provider: "https://sts.windows.net/TID/",
            groups: String::new(),
            encrypted: None,
        }
    }
}

const RESPONSE: &str = r##"
<samlp:Response ID="{response}" Version="2.0" IssueInstant="2026-01-05T10:00:05.003Z" Destination="https://sp.example/acs"{answers} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">
 <Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/TID/</Issuer>
 {response signature}
 <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
 {assertion}
</samlp:Response>"##;

const ASSERTION: &str = r##"
<Assertion ID="{id}" IssueInstant="2026-01-05T10:00:05.003Z" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
 <Issuer>https://sts.windows.net/TID/</Issuer>
 {assertion signature}
 <Subject>
  <NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{name id}</NameID>
  <SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
   <SubjectConfirmationData{answers} NotOnOrAfter="2026-01-05T11:00:05.003Z" Recipient="https://sp.example/acs"/>
  </SubjectConfirmation>
 </Subject>
 <Conditions NotBefore="2026-01-05T09:55:05.003Z" NotOnOrAfter="2026-01-05T11:00:05.003Z">
  <AudienceRestriction><Audience>https://sp.example/metadata</Audience></AudienceRestriction>
 </Conditions>
 <AttributeStatement>
  <Attribute Name="http://schemas.microsoft.com/identity/claims/tenantid"><AttributeValue>TID</AttributeValue></Attribute>
  <Attribute Name="http://schemas.microsoft.com/identity/claims/objectidentifier"><AttributeValue>OID</AttributeValue></Attribute>
  <Attribute Name="http://schemas.microsoft.com/identity/claims/displayname"><AttributeValue>Alice Marker-7f3a</AttributeValue></Attribute>
  {groups}
  <Attribute Name="http://schemas.microsoft.com/identity/claims/identityprovider"><AttributeValue>{provider}</AttributeValue></Attribute>
  <Attribute Name="http://schemas.microsoft.com/claims/authnmethodsreferences"><AttributeValue>http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password</AttributeValue></Attribute>
  <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"><AttributeValue>Alice-a19c</AttributeValue></Attribute>
  <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"><AttributeValue>Marker-c4d8</AttributeValue></Attribute>
  <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"><AttributeValue>alice@contoso.example</AttributeValue></Attribute>
  <Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"><AttributeValue>{name id}</AttributeValue></Attribute>
  <Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/role"><AttributeValue>user</AttributeValue></Attribute>
 </AttributeStatement>
 <AuthnStatement AuthnInstant="2026-01-05T08:00:05.003Z" SessionIndex="{id}">
  <AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext>
 </AuthnStatement>
</Assertion>"##;

/// With AES-256-CBC and RSA-OAEP.
pub(super) const CBC: &str = r##"
<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
 <xenc:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
  <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>
  <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
   <e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#">
    <e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></e:EncryptionMethod>
    <KeyInfo>
     <o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
      <X509Data><X509IssuerSerial><X509IssuerName>CN=Microsoft Azure Federated SSO Certificate</X509IssuerName><X509SerialNumber>…</X509SerialNumber></X509IssuerSerial></X509Data>
     </o:SecurityTokenReference>
    </KeyInfo>
    <e:CipherData><e:CipherValue>…</e:CipherValue></e:CipherData>
   </e:EncryptedKey>
  </KeyInfo>
  <xenc:CipherData><xenc:CipherValue>…</xenc:CipherValue></xenc:CipherData>
 </xenc:EncryptedData>
</EncryptedAssertion>"##;

const SIGNATURE: &str = r##"
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
 <SignedInfo>
  <CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
  <SignatureMethod Algorithm="{method}"/>
  <Reference URI="#{id}">
   <Transforms>
    <Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
    <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
   </Transforms>
   <DigestMethod Algorithm="{digest}"/>
   <DigestValue>…</DigestValue>
  </Reference>
 </SignedInfo>
 <SignatureValue>…</SignatureValue>
 <KeyInfo><X509Data><X509Certificate>{signer}</X509Certificate></X509Data></KeyInfo>
</Signature>"##;

/// A signature of the element with this id.
pub(super) fn signature(id: &str, sha1: bool, signer: &str) -> String {
    let (method, digest) = match sha1 {
        false => (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        ),
        true => (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        ),
    };
    SIGNATURE
        .replace("{method}", method)
        .replace("{digest}", digest)
        .replace("{id}", id)
        .replace("{signer}", signer)
}

impl Shape {
    pub(super) fn response(&self) -> String {
        let signed = self.signs(&[SigningOption::Response, SigningOption::Both], "ID-1");
        let assertion = match self.encrypted {
            Some(encrypted) => encrypted.to_owned(),
            None => self.assertion("ID-2"),
        };
        RESPONSE
            .replace("{response}", "ID-1")
            .replace("{answers}", self.answers())
            .replace("{response signature}", &signed)
            .replace("{assertion}", &assertion)
    }

    /// The assertion by itself.
    pub(super) fn assertion(&self, id: &str) -> String {
        let signed = self.signs(&[SigningOption::Assertion, SigningOption::Both], id);
        ASSERTION
            .replace("{assertion signature}", &signed)
            .replace("{id}", id)
            .replace("{answers}", self.answers())
            .replace("{name id}", self.name_id)
            .replace("{groups}", &self.groups)
            .replace("{provider}", self.provider)
    }

    fn answers(&self) -> &'static str {
        if self.in_response_to {
            r#" InResponseTo="id6f1c""#
        } else {
            ""
        }
    }

    fn signs(&self, by: &[SigningOption], id: &str) -> String {
        match by.contains(&self.signing.option) {
            true => signature(id, self.signing.sha1, self.signer),
            false => String::new(),
        }
    }
}
