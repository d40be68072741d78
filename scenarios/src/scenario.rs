//! A scenario: a recipe or a flow, what is expected of it, and why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    attacker::Attacker,
    axis::Axis,
    carriage::Carriage,
    encryption::Encryption,
    expectation::{Expected, Proves, Severity, Tier},
    flow::{Judge, Login, LoginAs, Step},
    operation::Operation,
    persona::Persona,
    profile::Profile,
    property::Property,
    recipe::{Base, Delivery, Kind, Recipe},
    signature::Signing,
};

/// One sentence of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// `namespace/name`, for good.
    pub id: String,
    /// One line.
    pub title: String,
    /// When it runs; core if left out.
    #[serde(default = "core", skip_serializing_if = "is_core")]
    pub tier: Tier,
    /// The version of the catalogue in which it came, or its meaning changed; the first that was published if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u32>,
    /// What is expected.
    pub verdict: Expected,
    /// The profiles in which this is a MUST, though the standard only recommends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strict_in: Vec<Profile>,
    /// The attack may be ignored instead of refused: the attacker signed in as himself is as good.
    #[serde(default, skip_serializing_if = "crate::operation::is_false")]
    pub inert: bool,
    /// The harm if it fails.
    pub severity: Severity,
    /// Who could do this. Every scenario that wants a refusal says so; others have no attacker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attacker: Option<Attacker>,
    /// Where the expectation comes from.
    #[serde(default, skip_serializing_if = "Refs::is_empty")]
    pub refs: Refs,
    /// The rule that a failure breaks, as a sentence that a report can quote.
    pub rule: String,
    /// Why it matters: what passing and failing prove.
    pub why: String,
    /// How an SP's author mends it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mend: String,
    /// What the SP must be able to do; otherwise not applicable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// What it disturbs beyond its own cookie jars.
    #[serde(default, skip_serializing_if = "Disturbs::is_jar")]
    pub disturbs: Disturbs,
    /// The flaws of the reference SP that it catches, short names such as `V11`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kills: Vec<String>,
    /// The bases it runs with, once each where the SP accepts it; A if left out, and another that the SP accepts where it
    /// does not accept A.
    #[serde(default = "base_a", skip_serializing_if = "is_base_a")]
    pub bases: Vec<Base>,
    /// Which element is signed is what it is about: it is never fired with another base, as those that name none are at
    /// an SP that does not take A.
    #[serde(default, skip_serializing_if = "crate::operation::is_false")]
    pub fixed_base: bool,
    /// Who signs in; alice if left out.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// Which message it is; a Response if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Kind>,
    /// The NameID that the IdP issues, where it is not the persona's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// Operations on the draft, before signing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub draft: Vec<Operation>,
    /// How the base's elements are signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Signing>,
    /// Encrypts the Assertion for the SP, once it is signed, if it is, and before the Response is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<Encryption>,
    /// Operations on the signed text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forge: Vec<Operation>,
    /// How the message travels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver: Option<Delivery>,
    /// What the message claims about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proves: Option<Proves>,
    /// Several steps, where one message is not enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<Step>,
    /// Which jar decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<Judge>,
    /// Azure's codes (the number behind `AADSTS`) that this scenario is about. Such a scenario sends nothing: it is told where Azure
    /// would answer one of the SP's own AuthnRequests with one of them, whatever else is fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aadsts: Vec<u32>,
    /// What is judged of what the SP itself sends, in place of whose session it is: of the logout message of the last step, of its
    /// AuthnRequests, of its metadata. For MUST_HOLD, SHOULD_HOLD and INFO. Without a flow nothing is sent for the latter two: what
    /// calibration saw is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Property>,
    /// The answers to all variants must look the same, sent once or twice: whoever can tell them apart learns by asking.
    #[serde(default, skip_serializing_if = "crate::operation::is_false")]
    pub alike: bool,
    /// Variants by name: each text stands for `{each}` wherever it occurs. The worst decides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub each: BTreeMap<String, String>,
    /// Variants by name: each recipe is laid over the scenario's. The worst decides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variants: BTreeMap<String, Recipe>,
    /// Variants by a table: each axis changes the message in one respect, and every two levels of two axes meet in one variant at least.
    /// When the catalogue is read they become `variants`, called by their levels.
    #[serde(default, skip_serializing)]
    pub axes: Vec<Axis>,
}

fn core() -> Tier {
    Tier::Core
}

fn is_core(tier: &Tier) -> bool {
    *tier == Tier::Core
}

fn of_any_base(recipe: &Recipe) -> bool {
    // The signature of a logout message is its own, whatever of a Response is signed.
    recipe.kind() != Kind::Response || recipe.base.is_none() && recipe.forge.is_empty()
}

fn step_of_any_base(step: &Step) -> bool {
    match step {
        Step::Login(login) => login.recipe.as_ref().is_none_or(of_any_base),
        Step::Mint(mint) => mint.recipe.as_ref().is_none_or(of_any_base),
        Step::Send(send) => send.forge.is_empty(),
        Step::End(end) => end.recipe.as_ref().is_none_or(of_any_base),
        Step::Together(steps) => steps.together.iter().all(step_of_any_base),
        _ => true,
    }
}

fn base_a() -> Vec<Base> {
    vec![Base::A]
}

fn is_base_a(bases: &[Base]) -> bool {
    bases == [Base::A]
}

/// Where an expectation comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Refs {
    /// Clauses of the standards: `Core 5.4.2`, `Prof 4.1.4.3`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spec: Vec<String>,
    /// Published vulnerabilities of this class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cve: Vec<String>,
    /// Weakness numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cwe: Vec<u32>,
    /// Papers and advisories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paper: Vec<String>,
}

impl Refs {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an SP, or its configuration, must be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A login that the SP begins.
    SpInitiated,
    /// An unsolicited response.
    IdpInitiated,
    /// It refuses unsolicited responses.
    UnsolicitedRefused,
    /// A real browser.
    Browser,
    /// A second SP of the same IdP.
    SecondSp,
    /// Both tenants trusted.
    TwoTenants,
    /// The out-of-band listener can be reached by the SP.
    OutOfBand,
    /// The probe shows attributes too.
    AttributesVisible,
    /// It knows its users by the NameID, not by an attribute.
    NameIdRead,
    /// An EC key of the IdP is trusted.
    EcKeyTrusted,
    /// An RSA-4096 key of the IdP is trusted.
    Rsa4096Trusted,
    /// An SP, or a tenant of it, without any IdP certificate.
    NoIdpCertificate,
    /// An IdP that is configured and disabled.
    DisabledIdp,
    /// It creates an account for whoever signs in first.
    NewAccounts,
    /// A logout URL that the harness can ask for.
    Logout,
    /// A way to make the SP read metadata again, at the URL where the IdP publishes it.
    MetadataRefresh,
    /// And it signs somebody in under a key that was not there before.
    MetadataFollowed,
    /// It takes no metadata that the IdP's key did not sign.
    MetadataSignature,
    /// A way to start the SP anew.
    Restart,
    /// The SP's clock can be moved.
    ClockControl,
    /// The harness knows the SP's own key.
    SpKey,
    /// The SP was seen to read encrypted assertions.
    Encryption,
    /// The SP's metadata, or its configuration here, has a certificate for encryption.
    EncryptionKey,
    /// It has two.
    SecondEncryptionKey,
    /// The SP's AuthnRequests ask for a fresh sign-in.
    ForceAuthn,
    /// The SP's operating system trusts a CA of the harness's.
    SystemCa,
    /// The IdP serves HTTPS.
    IdpTls,
    /// The SP's customers register their IdPs themselves.
    SelfService,
    /// The SP's AuthnRequests ask for an authentication context (RequestedAuthnContext).
    RequestedAuthnContext,
    /// They ask for the least of one (Comparison `minimum`).
    MinimumAuthnContext,
    /// They ask for none, or the SP sends none.
    AnyAuthnContext,
    /// The SP's entityID is another text than its ACS URL.
    EntityIdApart,
    /// The SP has more than one ACS URL.
    SecondAcs,
    /// The SP publishes where LogoutRequests go by HTTP-Redirect.
    LogoutService,
    /// And ends a session there when the IdP asks for it.
    SingleLogout,
    /// It publishes where LogoutRequests go by HTTP-POST, and ends a session there when the IdP asks for it.
    SingleLogoutPost,
    /// It publishes where LogoutRequests go by SOAP, and ends a session there when the IdP asks for it.
    SingleLogoutSoap,
    /// Whoever signs out at the SP comes to the IdP, with a LogoutRequest.
    LogoutRequests,
    /// The SP's metadata has a certificate with which it signs.
    SpSigningKey,
    /// The SP has an ACS for HTTP-POST-SimpleSign.
    SimpleSign,
    /// The SP has an ACS for HTTP-Artifact, and the IdP's metadata says where artifacts are exchanged.
    ArtifactService,
    /// And it signs somebody in who comes with an artifact.
    Artifact,
    /// The IdP serves plain HTTP, so that nothing but signatures vouches for what it answers the SP.
    PlainIdp,
    /// Whoever asks for the probe's page and is not signed in is sent to the IdP.
    DeepLink,
    /// One address of the SP's leads to the IdP, without further steps.
    LoginUrl,
    /// People are signed in over plain HTTP here, not in a browser.
    PlainHttp,
    /// The SP's metadata is read, not described in the configuration.
    SpMetadata,
    /// A session rests on a cookie: without it nobody is signed in.
    SessionCookie,
    /// And the cookie says in readable form who is signed in.
    ReadableSession,
    /// The SP is reached by HTTPS.
    Https,
    /// The SP may be harmed.
    Expendable,
}

impl Need {
    /// Why a scenario that needs it does not apply where it is missing.
    pub fn missing(self) -> &'static str {
        match self {
            Self::SpInitiated => "the SP begins no login itself (no [sp] login, or it did not work)",
            Self::IdpInitiated => "the SP takes no unsolicited responses",
            Self::UnsolicitedRefused => "the SP takes unsolicited responses, which is its right",
            Self::Browser => "it needs a real browser: run with --driver browser",
            Self::SecondSp => "no second SP is configured ([sp.second])",
            Self::TwoTenants => "the SP does not trust the second tenant",
            Self::OutOfBand => "the SP cannot reach the out-of-band listener",
            Self::NameIdRead => "the SP knows its users by an attribute, and does not look at the NameID",
            Self::AttributesVisible => "the probe shows no attributes",
            Self::EcKeyTrusted => "the SP trusts no EC key of this IdP",
            Self::Rsa4096Trusted => "the SP trusts no RSA-4096 key of this IdP",
            Self::NoIdpCertificate => "the SP cannot be run without an IdP certificate",
            Self::DisabledIdp => "the SP has no IdP that is configured and disabled",
            Self::NewAccounts => "the SP knows only accounts that were created before ([sp] provision)",
            Self::Logout => "no logout URL is known ([sp] logout)",
            Self::MetadataRefresh => {
                "nothing makes the SP read the metadata again that the IdP publishes ([sp] refresh)"
            }
            Self::MetadataFollowed => "the SP takes no new keys from the IdP's metadata ([sp] refresh)",
            Self::MetadataSignature => "the SP is not said to verify metadata ([sp] verifies_metadata)",
            Self::Restart => "there is no way to restart the SP ([sp] restart)",
            Self::ClockControl => "the SP's clock cannot be moved",
            Self::SpKey => "the harness does not hold the SP's own key ([sp] key)",
            Self::Encryption => "the SP reads no encrypted assertions",
            Self::EncryptionKey => "the SP publishes no certificate for encryption",
            Self::SecondEncryptionKey => "the SP publishes no second certificate for encryption",
            Self::ForceAuthn => "the SP's AuthnRequests do not ask for a fresh sign-in (ForceAuthn)",
            Self::SystemCa => "the SP's operating system trusts no CA of the harness's",
            Self::IdpTls => "the mock identity provider serves plain HTTP, so it has no web server's key",
            Self::SelfService => "the SP lets nobody register an identity provider of his own",
            Self::RequestedAuthnContext => {
                "the SP's AuthnRequests ask for no authentication context (RequestedAuthnContext)"
            }
            Self::MinimumAuthnContext => {
                "the SP's AuthnRequests ask for no least authentication context (Comparison=\"minimum\")"
            }
            Self::AnyAuthnContext => {
                "the SP's AuthnRequests ask for an authentication context, so it may refuse others"
            }
            Self::EntityIdApart => "the SP's entityID is its ACS URL",
            Self::SecondAcs => "the SP has one ACS URL",
            Self::LogoutService => {
                "the SP's metadata has no SingleLogoutService by HTTP-Redirect (or set [sp] slo)"
            }
            Self::SingleLogout => "the SP ends no session when the IdP asks for it by HTTP-Redirect",
            Self::SingleLogoutPost => "the SP ends no session when the IdP asks for it by HTTP-POST",
            Self::SingleLogoutSoap => "the SP ends no session when the IdP asks for it by SOAP",
            Self::LogoutRequests => "who signs out at the SP is not sent to the IdP with a LogoutRequest",
            Self::SpSigningKey => "the SP's metadata has no certificate for signing",
            Self::DeepLink => "the probe's page sends nobody to the IdP",
            Self::SimpleSign => "the SP's metadata has no ACS for HTTP-POST-SimpleSign",
            Self::ArtifactService => {
                "the SP's metadata has no ACS for HTTP-Artifact, or the IdP's names no ArtifactResolutionService (Azure's has none: set [idp] artifact_resolution)"
            }
            Self::Artifact => "the SP signs nobody in who comes with an artifact",
            Self::PlainIdp => {
                "the mock identity provider serves HTTPS, which vouches for what it answers the SP"
            }
            Self::LoginUrl => {
                "a sign-in takes more than one address ([sp] login has several steps, or is not there)"
            }
            Self::PlainHttp => "it sends what no browser sends, and all is done in the browser here",
            Self::SpMetadata => {
                "the SP's metadata is not read: its entity ID and ACS stand in the configuration (set [sp] metadata)"
            }
            Self::SessionCookie => "no cookie was seen without which nobody is signed in",
            Self::ReadableSession => "no cookie of a session says in readable form who is signed in",
            Self::Https => "the SP is reached by plain HTTP here",
            Self::Expendable => "the SP may not be harmed ([sp] expendable)",
        }
    }
}

/// What a scenario disturbs beyond its own cookie jars; decides its lane.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Disturbs {
    /// Nothing.
    #[default]
    Jar,
    /// Other sessions of the same user.
    User,
    /// The SP as a whole.
    Sp,
}

impl Disturbs {
    fn is_jar(&self) -> bool {
        *self == Self::Jar
    }
}

/// One firing's worth of a scenario: a variant with its steps spelled out.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// The variant's name.
    pub variant: Option<String>,
    /// The text for `{each}`.
    pub each: Option<String>,
    /// The recipe of the judged message.
    pub recipe: Recipe,
    /// The steps; a scenario of one message has one login, and one that looks back none.
    pub steps: Vec<Step>,
    /// What is judged of what the SP itself sends.
    pub holds: Option<Property>,
}

impl Take {
    /// Where the browser should come to rest, with the placeholders of `visit`; none where that is the SP's affair.
    pub fn leads_to(&self) -> Option<&str> {
        match self.steps.last() {
            Some(Step::Login(login)) => login.from.as_deref(),
            _ => None,
        }
    }

    /// How many sign-ins are begun and left.
    pub fn begun(&self) -> u32 {
        let begins = self.steps.iter().filter_map(|step| match step {
            Step::Begin(begin) => Some(begin.times()),
            _ => None,
        });
        begins.sum()
    }

    /// What the SP must be able to do for this variant alone; it is left out otherwise.
    pub fn needs(&self) -> Option<Need> {
        match self.recipe.logout_by()? {
            Carriage::Soap => Some(Need::SingleLogoutSoap),
            _ => Some(Need::SingleLogoutPost),
        }
    }

    /// Whether the question is if a session ended, not whose session began.
    pub fn ends_a_session(&self) -> bool {
        matches!(self.steps.last(), Some(Step::End(_) | Step::Logout(_)))
    }
}

impl Scenario {
    /// The part of the id before the slash.
    pub fn namespace(&self) -> &str {
        self.id.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// Whether it only watches what the SP sends by itself.
    pub fn watches(&self) -> bool {
        !self.aadsts.is_empty()
    }

    /// Whether it judges what calibration saw, and sends nothing for it.
    pub fn looks_back(&self) -> bool {
        self.flow.is_empty() && self.holds.is_some_and(Property::is_of_what_was_seen)
    }

    /// Whether no message is sent for it.
    pub fn sends_nothing(&self) -> bool {
        let silent = |step: &Step| {
            matches!(
                step,
                Step::Begin(_) | Step::Probe(_) | Step::Visit(_) | Step::Cookies(_)
            )
        };
        self.watches() || self.looks_back() || !self.flow.is_empty() && self.flow.iter().all(silent)
    }

    /// Whether it says the same whichever element is signed: it names no base, and leaves what is signed as it is.
    pub fn suits_any_base(&self) -> bool {
        is_base_a(&self.bases)
            && !self.fixed_base
            && self.takes().iter().all(|take| of_any_base(&take.recipe))
            && self.flow.iter().all(step_of_any_base)
    }

    /// The recipe of the judged message, variants left aside.
    pub fn recipe(&self) -> Recipe {
        Recipe {
            persona: self.persona,
            message: self.message,
            name_id: self.name_id.clone(),
            base: None,
            draft: self.draft.clone(),
            sign: self.sign.clone(),
            encrypt: self.encrypt.clone(),
            forge: self.forge.clone(),
            deliver: self.deliver.clone(),
            proves: self.proves,
        }
    }

    /// Each variant with its steps; one without a name where the scenario has no variants; none where it only watches.
    pub fn takes(&self) -> Vec<Take> {
        if self.watches() {
            return Vec::new();
        }
        let recipe = self.recipe();
        let take = |variant: Option<&String>, each: Option<&String>, recipe: Recipe| Take {
            variant: variant.cloned(),
            each: each.cloned(),
            steps: self.steps(&recipe),
            holds: self.holds,
            recipe,
        };
        let mut takes: Vec<Take> = self
            .each
            .iter()
            .map(|(name, text)| take(Some(name), Some(text), recipe.clone()))
            .collect();
        takes.extend(
            self.variants
                .iter()
                .map(|(name, over)| take(Some(name), None, recipe.overlaid(over))),
        );
        if takes.is_empty() {
            takes.push(take(None, None, recipe));
        }
        takes
    }

    fn steps(&self, recipe: &Recipe) -> Vec<Step> {
        if !self.flow.is_empty() || self.looks_back() {
            return self.flow.clone();
        }
        let login = Login {
            login: LoginAs(recipe.persona()),
            recipe: Some(recipe.clone()),
            ..Login::default()
        };
        vec![Step::Login(login)]
    }
}
