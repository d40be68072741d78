//! The codes, in the order of their digits: status of the page, name in Microsoft's list, what triggers it, what it says.

use std::fmt;

use super::code::Code;

macro_rules! codes {
    ($(
        $(#[$about:meta])*
        $status:literal $number:literal $name:literal
        $variant:ident $({ $($field:ident),+ })? = $text:literal;
    )+) => {
        /// One of Azure's sign-in errors. Each says what triggers it here.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Aadsts {
            $(
                #[doc = concat!(stringify!($number), ":")]
                $(#[$about])*
                $variant $({ $(#[doc = concat!("What the message calls `", stringify!($field), "`.")] $field: String,)+ })?,
            )+
        }

        /// Every code that is given, by number.
        pub const CODES: &[Code] = &[
            $(Code { number: $number, name: $name, status: $status },)+
        ];

        impl Aadsts {
            pub(super) fn entry(&self) -> Code {
                match self {
                    $(Self::$variant { .. } => Code { number: $number, name: $name, status: $status },)+
                }
            }

            pub(super) fn write_message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant $({ $($field),+ })? => write!(f, $text),)+
                }
            }
        }
    };
}

codes! {
    /// Several sessions, or one of another tenant, and nobody may be asked which: `IsPassive`.
    200 16000 "InteractionRequired" SelectAccount =
        "Several accounts, or one of another directory, are signed in, and the request does not allow to \
         ask which is meant.";

    /// `/saml2/{id}` names no service principal of this tenant.
    200 500011 "InvalidResourceServicePrincipalNotFound" ServicePrincipalNotFound { principal, tenant } =
        "The service principal '{principal}' was not found in the directory '{tenant}'.";

    /// `/saml2/{id}` names a service principal that is disabled.
    200 500014 "InvalidResourceServicePrincipalDisabled" ServicePrincipalDisabled { principal } =
        "The service principal '{principal}' is disabled.";

    /// The application has certificates, and of none the private key.
    200 50003 "MissingSigningKey" NoSigningKey { application } =
        "There is no signing key or certificate for the application '{application}'.";

    /// The application requires signed requests, and this signature is not one by its verification
    /// certificates.
    200 50006 "InvalidSignature" InvalidSignature { detail } =
        "The signature of the request does not hold: {detail}.";

    /// Token encryption is on, and its certificate is not there or has no RSA key.
    200 50007 "PartnerEncryptionCertificateMissing" NoEncryptionCertificate { application } =
        "The certificate to encrypt to for the application '{application}' is missing, or cannot be used.";

    /// IdP-initiated sign-in to an application without any Identifier.
    200 50010 "AudienceUriValidationFailed" NoAudience { application } =
        "The application '{application}' has no Identifier that could become the audience.";

    /// The reply URL that the request asks for is none of the application's.
    200 50011 "InvalidReplyTo" ReplyUrlMismatch { asked, identifier } =
        "The reply URL '{asked}' specified in the request does not match the reply URLs configured for the \
         application '{identifier}'. Make sure the reply URL sent in the request matches one added to the \
         application. See aka.ms/urlMismatchError.";

    /// The account is one of another tenant or identity provider, and no guest of this one.
    200 50020 "UserUnauthorized" UserUnauthorized { account, identity_provider, tenant, app_id, application } =
        "User account '{account}' from identity provider '{identity_provider}' does not exist in tenant \
         '{tenant}' and cannot access the application '{app_id}'({application}) in that tenant. Add the \
         account to that tenant as a guest first, or sign in with another one.";

    /// No such user in this tenant.
    200 50034 "UserAccountNotFound" UserNotFound { account, tenant } =
        "The user account '{account}' does not exist in the directory '{tenant}'.";

    /// Smart lockout, or an address with malicious activity.
    200 50053 "IdsLocked" AccountLocked =
        "The account is locked, because of too many wrong attempts or of the address that they came from.";

    /// The password is right and has expired.
    200 50055 "InvalidPasswordExpiredPassword" PasswordExpired = "The password has expired.";

    /// The directory has no password for this account.
    200 50056 "" NoPassword = "The directory holds no password for this account.";

    /// The account is disabled.
    200 50057 "UserDisabled" UserDisabled = "The user account is disabled.";

    /// `IsPassive`, and nobody is signed in.
    200 50058 "UserInformationNotProvided" NoSession =
        "A silent sign-in request was sent but no user is signed in.";

    /// A sign-out that cannot be processed, such as of an application without a Logout URL.
    200 50061 "SignoutInvalidRequest" SignOutFailed = "Sign out failed. The request is not valid.";

    /// Who asks for the sign-out is not part of the browser's session.
    200 50068 "SignoutInitiatorNotParticipant" SignOutNotParticipant { identifier } =
        "Sign out failed. The application '{identifier}' takes no part in this session.";

    /// The SessionIndex is of no session of this application in the browser.
    200 50070 "SignoutUnknownSessionIdentifier" SignOutUnknownSession { session } =
        "Sign out failed. No session of the application has the identifier '{session}'.";

    /// A signed LogoutRequest that is older than the switch `signed_request_max_age`.
    200 50071 "SignoutMessageExpired" SignOutExpired { issued } =
        "Sign out failed. The request of '{issued}' has expired.";

    /// A second factor is required and none is set up; the person is asked to.
    200 50072 "UserStrongAuthEnrollmentRequiredInterrupt" MfaEnrollment =
        "A second factor is required to access this application, and must be set up first.";

    /// A second factor is required, and the person did not give it.
    200 50074 "UserStrongAuthClientAuthNRequiredInterrupt" MfaFailed =
        "A second factor is required, and it was not given.";

    /// Conditional access requires a second factor that this session lacks.
    200 50076 "UserStrongAuthClientAuthNRequired" MfaRequired =
        "A policy of your administrator requires a second factor to access this application.";

    /// The second factor must be given again, and nobody may be asked: `IsPassive`.
    200 50078 "UserStrongAuthExpired" MfaExpired = "The second factor has expired and must be given again.";

    /// A second factor is required, none is set up, and nobody may be asked: `IsPassive`.
    200 50079 "UserStrongAuthEnrollmentRequired" MfaEnrollmentRequired =
        "A second factor is required, none is set up, and this request does not allow to ask for it.";

    /// The application is for assigned users only, and neither the user nor one of the user's own groups is
    /// assigned. Global Administrators pass.
    200 50105 "EntitlementGrantsNotFound" NotAssigned { application, app_id, account } =
        "Your administrator has configured the application {application} ('{app_id}') to block users unless \
         they are specifically granted ('assigned') access to the application. The signed in user \
         '{account}' is blocked because nobody assigned the user, or a group that the user is a direct \
         member of, to it.";

    /// A claim whose transformation cannot be done: an expression that does not compile, too many steps, a
    /// policy that names none.
    200 50124 "ClaimsTransformationInvalidInputParameter" InvalidTransformation { detail } =
        "A claim cannot be made as it is configured: {detail}.";

    /// A claims mapping policy builds the NameID by a transformation, and the user lacks its input.
    200 501241 "" TransformationInputMissing { parameter, transformation } =
        "The input '{parameter}' of the transformation '{transformation}', which makes the NameID, has no \
         value for this user.";

    /// Wrong password.
    200 50126 "InvalidUserNameOrPassword" InvalidCredentials =
        "Error validating credentials due to invalid username or password.";

    /// The session began before the user's password was last changed.
    200 50133 "SsoArtifactRevoked" SessionRevoked =
        "The password was changed after this session began; sign in again.";

    /// A claims mapping policy customises the claims of an application that has no certificate of its own.
    200 50146 "MissingCustomSigningKey" NoCustomSigningKey { app_id } =
        "The claims of the application '{app_id}' are customised, for which it needs a signing key of its \
         own.";

    /// Conditional access requires a compliant device.
    200 53000 "DeviceNotCompliant" DeviceNotCompliant =
        "Access is for compliant devices only, and this device is none.";

    /// Conditional access requires a domain-joined device.
    200 53001 "DeviceNotDomainJoined" DeviceNotDomainJoined =
        "Access is for domain-joined devices only, and this device is none.";

    /// Conditional access requires an approved client application.
    200 53002 "ApplicationUsedIsNotAnApprovedApp" ClientNotApproved =
        "Access is for approved client applications only, and this is none.";

    /// Conditional access blocks the sign-in.
    200 53003 "BlockedByConditionalAccess" BlockedByConditionalAccess =
        "Access has been blocked by a Conditional Access policy.";

    /// The application's single sign-on mode is not SAML.
    200 650056 "" MisconfiguredApplication { application, app_id } =
        "Misconfigured application: '{application}' ('{app_id}') is not set up for single sign-on with \
         SAML.";

    /// The application is not enabled for users to sign in.
    200 7000112 "UnauthorizedClientApplicationDisabled" ApplicationDisabled { app_id, application } =
        "The application '{app_id}' ({application}) is disabled.";

    /// The request's Issuer is no application of this tenant.
    200 700016 "UnauthorizedClient_DoesNotMatchRequest" ApplicationNotFound { identifier, tenant } =
        "Application with identifier '{identifier}' was not found in the directory '{tenant}'. This can \
         happen if the application has not been installed by the administrator of the tenant or consented \
         to by any user in the tenant. You may have sent your authentication request to the wrong tenant.";

    /// The message's parameters contradict each other: one of them twice, or both SAMLRequest and SAMLResponse.
    400 75001 "BindingSerializationError" BindingUnreadable { detail } =
        "The parameters of the SAML message cannot be read: {detail}.";

    /// A message by a binding over which Azure takes none of its kind, such as a LogoutRequest by HTTP-POST or
    /// an artifact.
    200 75003 "UnsupportedBindingError" BindingNotSupported { binding } =
        "This message is not taken by the binding that it came by: {binding}.";

    /// The answer is asked for by another binding than HTTP-POST.
    200 750032 "" UnsupportedBinding { binding } =
        "SAML protocol response cannot be sent via bindings other than HTTP POST. Requested binding: \
         {binding}";

    /// Not a SAML 2.0 protocol message that Azure accepts.
    200 75005 "Saml2MessageInvalid" InvalidMessage { detail } =
        "The request is not a valid SAML 2.0 protocol message: {detail}.";

    /// The message is not well-formed XML.
    400 7500525 "" MalformedXml { detail } = "There is an XML error in the SAML message: {detail}.";

    /// An ID that is no XML NCName, most often because it begins with a digit.
    200 7500529 "" InvalidId { id } =
        "The value '{id}' is not a valid SAML ID. The ID must not begin with a number.";

    /// A LogoutRequest without a NameID.
    200 7500530 "" LogoutNameIdMissing = "The SAML logout request has no NameID.";

    /// Neither SAMLRequest nor SAMLResponse was sent.
    400 750054 "SAMLRequestOrResponseMissing" MessageMissing =
        "A SAMLRequest or SAMLResponse must be present as a query string parameter or a form field.";

    /// A Redirect message that is not raw DEFLATE.
    400 750055 "" NotDeflated =
        "The SAMLRequest of a redirect must be DEFLATE-compressed before it is base64-encoded.";

    /// A message that is not Base64.
    400 750056 "" NotBase64 = "The SAML message is not properly base64-encoded.";

    /// What a SAML Response with RequestUnsupported puts around the reason.
    200 75006 "" RequestFailed { cause } = "The SAML authentication request could not be processed. {cause}";

    /// The Destination is not where the request came to, and the switch `check_destination` is on.
    200 75008 "RequestDeniedError" UnexpectedDestination { destination } =
        "The request is denied, since its destination '{destination}' is not where it was sent.";

    /// The method by which the user signed in satisfies none of the classes that the request asks for.
    200 75011 "NoMatchedAuthnContextInOutputClaims" AuthnContextMismatch { actual, requested, application } =
        "Authentication method '{actual}' by which the user authenticated with the service doesn't match \
         requested authentication method '{requested}'. Contact the {application} application owner.";

    /// A NameIDPolicy that cannot be read: its Format is empty or no URI.
    200 75016 "Saml2AuthenticationRequestInvalidNameIDPolicy" InvalidNameIdPolicy { format } =
        "The NameIDPolicy of the SAML authentication request is not valid: '{format}'.";

    /// A NameIDPolicy Format outside Azure's four.
    200 750161 "" UnsupportedNameIdFormat { format } =
        "Allowed SAML authentication request's NameIDPolicy formats are: \
         urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress, urn:oasis:names:tc:SAML:2.0:nameid- \
         format:persistent, urn:oasis:names:tc:SAML:2.0:nameid-format:transient, \
         urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified. The request asks for '{format}'.";

    /// The application requires signed requests, and this one is not signed, or not as its binding has it.
    200 76021 "ApplicationRequiresSignedRequests" SignatureRequired { app_id } =
        "The application '{app_id}' requires signed requests, and this request is not signed.";

    /// A signed request that is older than the switch `signed_request_max_age`.
    200 76026 "RequestIssueTimeExpired" RequestExpired { issued } =
        "The SAML authentication request was issued at '{issued}' and has expired.";

    /// No such tenant.
    200 90002 "InvalidTenantName" TenantNotFound { tenant } =
        "Tenant '{tenant}' not found. Check that the tenant ID is right, and that it is one of this cloud.";

    /// A tenant that is neither a GUID nor a domain name.
    200 900023 "" InvalidTenantIdentifier { tenant } =
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.";

    /// The NameIDPolicy has an SPNameQualifier, and the switch `refuse_sp_name_qualifier` is on.
    200 90011 "" SpNameQualifierNotSupported { qualifier } =
        "The SPNameQualifier '{qualifier}' of the NameIDPolicy is not supported.";

    /// A field that the request needs is missing.
    400 90014 "MissingRequiredField" FieldMissing { field } = "The required field '{field}' is missing.";

    /// The query string is too long.
    400 90015 "QueryStringTooLong" QueryTooLong = "The query string is too long.";

    /// Nothing in the request says which tenant is meant.
    200 90019 "MissingTenantRealm" TenantUnknown = "Nothing in the request says which tenant is meant.";

    /// An account name that is not of the form `user@domain`.
    200 90022 "AuthenticatedInvalidPrincipalNameFormat" InvalidPrincipalName { account } =
        "The account name '{account}' is not of the form user@domain.";

    /// A request that the sign-in service cannot make sense of.
    400 90023 "InvalidRequest" InvalidRequest { detail } = "The request is not valid: {detail}.";

    /// A RequestedAuthnContext whose Comparison is not `exact`.
    200 900235 "" ComparisonNotExact { comparison } =
        "SAML authentication request's RequestedAuthenticationContext Comparison value must be 'exact'. \
         Received value: '{comparison}'.";

    /// The request carries something that Azure does not take: a Subject, or what stands in a Scoping.
    200 900236 "" PropertyNotSupported { property } =
        "The SAML authentication request property '{property}' is not supported and must not be set.";

    /// The service itself failed; here that is the mock's own fault.
    500 90033 "MsodsServiceUnavailable" ServiceFailed { detail } =
        "The mock identity provider failed to answer: {detail}.";

    /// The account that is signed in is one of another identity provider, and is not in this tenant.
    200 90072 "PassThroughUserMfaError" ForeignAccount { account, identity_provider, tenant, app_id, application } =
        "User account '{account}' from identity provider '{identity_provider}' does not exist in tenant \
         '{tenant}' and cannot access the application '{app_id}'({application}) in that tenant. Sign out \
         and sign in with another account.";

    /// Neither the request nor the application has a reply URL.
    200 900971 "" NoReplyUrl = "No reply address is registered for the application.";

    /// A message with characters that XML does not have, or that is no UTF-8.
    400 90107 "InvalidXml" InvalidCharacters = "The message holds characters that XML does not have.";
}
