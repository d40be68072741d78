//! The verbs of a flow: what happens in which browser, in order.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    operation::Operation,
    persona::Persona,
    publication::Published,
    recipe::{Recipe, Start},
    verbs::verbs,
};

verbs! {
    /// One step of a flow. Every step but the judged one is a precondition.
    Step {
        /// A whole sign-in, answered with a message.
        "login" => Login,
        /// Starts a sign-in at the SP and leaves it unanswered.
        "begin" => Begin,
        /// Makes a message and keeps it, unsent.
        "mint" => Mint,
        /// Sends what was kept.
        "send" => Send,
        /// Signs out at the SP.
        "logout" => Logout,
        /// Signs out at the IdP, which tells the SP.
        "end" => End,
        /// Asks who is signed in, in the middle of a flow.
        "probe" => Probe,
        /// Asks the SP for a page.
        "visit" => Visit,
        /// Puts the SP's cookies of one jar into another.
        "cookies" => Cookies,
        /// Changes what the IdP publishes; undone at the end, always.
        "publish" => Publish,
        /// Makes the SP read the IdP's metadata again.
        "refresh" => Refresh,
        /// Starts the SP anew.
        "restart" => Restart,
        /// Waits.
        "wait" => Wait,
        /// Steps that happen at the same time.
        "together" => Together,
    }
}

/// A whole sign-in: the SP or the IdP begins, the IdP answers with a message made by the recipe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Login {
    /// Who signs in.
    pub login: LoginAs,
    /// In which cookie jar; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
    /// Keeps the sent form under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    /// Answers the AuthnRequest that `begin` kept under this name, not the one of this login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Who begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
    /// Where it begins, instead of where logins at this SP do: a URL, with the placeholders of `visit`. Judged is then as well whether
    /// the browser comes to rest there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Posts these fields there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Vec<(String, String)>>,
    /// What the message is; the scenario's own recipe if it is the judged step, a flawless one otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
}

/// A persona by name, in a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LoginAs(pub Persona);

impl Default for LoginAs {
    fn default() -> Self {
        Self(Persona::Alice)
    }
}

/// Starts a sign-in at the SP and keeps its AuthnRequest, unanswered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Begin {
    /// The name to keep the AuthnRequest under; the last one where it begins several times.
    pub begin: String,
    /// How often; once if left out, at most 200 times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Headers that each request to the SP carries, as a proxy or a foreign site would write them; then it happens over plain HTTP, in a
    /// jar that nothing else shares.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// In which cookie jar; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
}

impl Begin {
    /// The most sign-ins that one step begins.
    const MOST: u32 = 200;

    /// How many sign-ins it begins, at least one.
    pub fn times(&self) -> u32 {
        self.times.unwrap_or(1).clamp(1, Self::MOST)
    }
}

/// Makes a message and keeps it, unsent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mint {
    /// For whom.
    pub mint: Persona,
    /// The name to keep it under.
    pub keep: String,
    /// The AuthnRequest to answer, as kept by `begin`; unsolicited if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What the message is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
}

/// Sends what was kept, from the IdP's origin, into a cookie jar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Send {
    /// The name it was kept under.
    pub send: String,
    /// In which cookie jar; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
    /// Operations on its text before it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forge: Vec<Operation>,
    /// How it travels, if otherwise than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver: Option<crate::recipe::Delivery>,
    /// Keeps the form as sent under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
}

/// Signs out at the SP. As the last step it is what is judged, by whether the session is over. Where the SP goes on to the IdP with a
/// LogoutRequest, the answer to that is the scenario's own message, and none where it has none; before the last step it is
/// Azure's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Logout {
    /// Whose jar.
    pub logout: String,
}

/// The IdP sends the browser to the SP's single logout service, with a logout message. As the last step it is what is judged: by
/// whether the session is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct End {
    /// Whose session.
    pub end: Persona,
    /// In which cookie jar; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
    /// Keeps the message under this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    /// Sends the message once more that another `end` kept under this name, as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
    /// What the message is; the scenario's own recipe if it is the judged step, a flawless LogoutRequest otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
}

/// Asks who is signed in. As the last step it is what is judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Probe {
    /// In which jar.
    pub probe: String,
    /// Who must be signed in for the flow to go on: a persona, or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Persona>,
    /// Headers that go with the question, as anybody may write them: `{victim}` is the victim's name, `{each}` the variant's text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// Asks the SP for a page, or posts a form to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Visit {
    /// The URL; placeholders `{acs}`, `{login}`, `{probe}` are filled in.
    pub visit: String,
    /// In which jar; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
    /// Posts these fields; a GET if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Vec<(String, String)>>,
}

/// Puts the cookies that the SP's hosts have in one jar into another, beside those that are there: what somebody does who got hold
/// of them, or who leaves his own in another's browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cookies {
    /// Whose: the jar that has them.
    pub cookies: String,
    /// The jar that gets them.
    pub into: String,
    /// Their values, if not as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<CookieValues>,
}

/// What stands in a cookie in place of what the SP wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CookieValues {
    /// Other letters and digits, as many and of the same kind: the same ones each time that the flow copies this cookie.
    MadeUp,
    /// The victim's names in place of the attacker's, wherever they can be read: plain, percent-encoded, as JSON, in Base64, deflated,
    /// or in the payload of a token; what signs it stays.
    Victim,
    /// The same, and a token (JWT) says that it is not signed.
    VictimUnsigned,
}

/// Changes what the IdP publishes, in place of what an earlier step published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Publish {
    /// What.
    pub publish: Published,
}

/// Makes the SP read the IdP's metadata again. What it says of a document that is no good is its own affair: what counts is who is
/// signed in afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refresh {
    /// Always `sp`.
    pub refresh: String,
}

/// Starts the SP anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Restart {
    /// Always `sp`.
    pub restart: String,
}

/// Waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wait {
    /// Whole seconds, at most 600.
    pub wait: u32,
}

/// Steps that happen at the same time, each in a jar of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Together {
    /// The steps.
    pub together: Vec<Step>,
}

/// Which of a flow's jars decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Judge {
    /// The jar that is probed; the last step's if left out, and of several that happen together the second in which somebody is
    /// signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar: Option<String>,
}
