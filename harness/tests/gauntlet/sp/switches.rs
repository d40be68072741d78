//! The switches of the SP: what it takes as identity, how it shows it, and every way in which it is difficult.

use super::tricks::Trick;

/// One SP. As it comes it is easy to test: NameID in JSON, a 403 for every refusal, no limits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sp {
    /// Which value of a message is the identity.
    pub(crate) key: Key,
    /// The Format that its NameIDPolicy asks for.
    pub(crate) asks: Option<&'static str>,
    /// How an identity is written where it is shown.
    pub(crate) style: Style,
    /// The page that only a signed-in user sees.
    pub(crate) page: Page,
    /// How that page answers.
    pub(crate) probe: Probe,
    /// What becomes of the victim.
    pub(crate) victim: Victim,
    /// What it allows an account, an address, a second.
    pub(crate) limit: Limit,
    /// How it refuses.
    pub(crate) refusal: Refusal,
    /// How it begins a sign-in.
    pub(crate) login: Login,
    /// How its ACS answers, whoever comes.
    pub(crate) acs: Acs,
    /// What its pages do to a browser.
    pub(crate) trick: Trick,
    /// The cookies that it sets and wants back.
    pub(crate) cookie: Cookie,
    /// What is wrong with it; none where it is right.
    pub(crate) open: Option<Open>,
}

/// How an SP that is wrong is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// It asks whether the IdP made any signature in the message, never over what, and reads the first Assertion.
    Wrapping,
    /// It asks nothing, and reads the first Assertion.
    Unsigned,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Key {
    #[default]
    NameId,
    /// An attribute, by the last part of its Name; NameID is never looked at.
    Claim(&'static str),
    /// NameID shown beside the mail address, which is the key.
    MailBesideNameId,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Whole,
    Lower,
    Upper,
    /// What stands before the `@`.
    LocalPart,
    /// So many characters, then three dots.
    Cut(usize),
    /// A number that the SP gave the account.
    Number,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Page {
    /// `{"user": …}`.
    #[default]
    Json,
    /// `<b id="user">…</b>`; who is not signed in is sent to the login.
    Html,
    /// `Hello, …!` in running text.
    Hello,
    /// JSON with the name twice: of a contact who is always alice, and of the user.
    BesideConstant,
    /// JSON with the name twice: of the last visitor, whoever it was, and of the user.
    BesideLastVisitor,
    /// HTML that lists all users, and says who one is.
    AllUsers,
    /// The name stands in the header `X-User` alone.
    Header,
    /// The same page for everybody who is signed in.
    Nameless,
    /// One person's page has another shape: administrators see their name elsewhere.
    AdminsElsewhere,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Probe {
    #[default]
    Plain,
    /// It shows the last visitor to everybody, with or without a session.
    LastVisitor,
    /// It shows a name to nobody: what the first visitor saw is kept for all.
    Cached,
    /// Every second answer names alice.
    Alternates,
    /// It repeats cookies; one of them holds the name that was last tried, whatever became of it.
    Reflects,
    /// Every so many answers it is not available.
    Unavailable(u32),
    /// It leads to another page of the SP, which names the user.
    Elsewhere,
    /// It leads to a host that may not be visited.
    Away,
    /// It never answers a signed-in user.
    Hangs,
    /// It answers a signed-in user after so many milliseconds.
    Slow(u64),
    /// It is open to all and names nobody who did not sign in; answers 500 instead of 401.
    Broken,
    /// Who is not signed in is greeted as a guest.
    Guest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Victim {
    #[default]
    LikeOthers,
    /// Accounts are created by hand, and he has none.
    NoAccount,
    /// His account is disabled.
    Disabled,
    /// The page is forbidden to him.
    Forbidden,
    /// He must give a second factor first.
    SecondFactor,
    /// His page breaks.
    Breaks,
    /// He is sent to the administrators' host.
    Away,
    /// His page is a greeting without a name.
    Nameless,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Limit {
    #[default]
    None,
    /// An account is locked after so many refusals of messages that name it; a success starts the count anew.
    AccountLock(u32),
    /// As before, and nothing starts the count anew.
    AccountLockForGood(u32),
    /// As the first, and only the name that a message puts first is counted against: the victim's.
    VictimLock(u32),
    /// The address is locked after so many refusals.
    AddressLock(u32),
    /// An account that was refused so often must solve a riddle first.
    Captcha(u32),
    /// So many messages a second; 429 beyond.
    PerSecond(usize),
    /// As before, answered 503 with Retry-After.
    PerSecondUnavailable(usize),
    /// The first so many messages are answered 503.
    WarmingUp(u32),
    /// A new session ends the older ones of its account.
    OneSession,
    /// Accounts are created at first sign-in; two first sign-ins at once break one of them.
    UniqueFirst,
    /// As before, and the very first sign-in of each account is refused: it is told to come again.
    CreatedThenAgain,
    /// An account signs in once at a time; 409 for the other.
    OneAtATime,
    /// Answering takes as many times as long as others wait, squared.
    Slower(u64),
    /// Once a message with CDATA came, every message takes 700 ms, and one with CDATA four seconds.
    SlowsDown,
    /// After so many requests the port is closed for a second, and all sessions are lost.
    Restarts(u32),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 403 with a page that is always the same.
    #[default]
    Forbidden,
    /// 403 without a body.
    Empty,
    /// 500 with a page that is always the same.
    Error,
    /// 500 with a random reference in base 36.
    Reference,
    /// 500 with a stack trace that names the kind of error.
    Trace,
    /// 403 with a page for each kind of error.
    ByKind,
    /// To the login page, which says the kind.
    ToLogin,
    /// 200 with a page that says so.
    Page,
    /// To the IdP again.
    ToIdp,
    /// 200 with random words.
    Words,
    /// 400 where nothing is signed, 500 otherwise.
    Mixed,
    /// 403, and a 502 of a proxy for some messages.
    OddFor(Trigger),
    /// 403, and the worker dies of some messages.
    DiesFor(Trigger),
    /// 403, and no answer to some messages.
    HangsFor(Trigger),
    /// The connection is dropped.
    Drops,
    /// No answer, ever.
    Silence,
    /// 403, and the page is long and other each time.
    Varies,
    /// To a host that may not be visited.
    Away,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Login {
    #[default]
    Redirect,
    /// A page that refreshes to the IdP.
    MetaRefresh,
    /// A form that submits itself.
    Post,
    /// A form that submits itself, its AuthnRequest deflated as only a query may have it.
    DeflatedPost,
    /// A page whose script goes to the IdP.
    Script,
    /// 404.
    Missing,
    /// 500.
    Breaks,
    /// To a host that may not be visited.
    Away,
    /// To itself for ever.
    Loop,
    /// It never answers.
    Hangs,
    /// Through six pages of its own.
    LongWay,
    /// Every so many sign-ins its page breaks, whatever the reason.
    Stumbles(u32),
    /// A page where one types a mail address first.
    AsksMail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Acs {
    #[default]
    Plain,
    /// It never answers.
    Hangs,
    /// It answers a byte at a time, for ever.
    Drips,
    /// It answers without end.
    Endless,
    /// Signed in, to a page that inflates to gigabytes.
    Bomb,
    /// Signed in, to pages that lead to each other.
    LoopAfter,
    /// Never signed in, to pages that lead to each other.
    LoopInstead,
    /// Signed in, and the answer breaks off in its middle.
    Half,
    /// Signed in, to a page without end.
    EndlessAfter,
    /// Signed in, to a host that may not be visited.
    AwayAfter,
    /// Signed in, to a page that never answers.
    HangsAfter,
    /// A connection that was used is closed when the next GET comes in on it.
    ClosesUsed,
    /// An attack is taken, and the connection dropped before an answer.
    TakesAndDrops,
    /// An attack is taken, and the answer breaks off after its head.
    TakesAndBreaksOff,
    /// An attack is taken, and answered 500.
    TakesAndFails,
    /// Signed in on a page that goes on by itself after a moment.
    RefreshAfter,
    /// A message with two AuthnStatements is taken every other time, and no more after so many.
    DrawsLots(u32),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// `SameSite=Lax`, set after sign-in.
    #[default]
    Lax,
    /// `SameSite=Strict`, set after sign-in.
    Strict,
    /// Set at the login with `SameSite=Lax`, wanted at the ACS.
    WantsLax,
    /// Set at the login with `SameSite=Strict`, wanted at the ACS.
    WantsStrict,
    /// Set after sign-in with `SameSite=None` and without Secure, which browsers refuse.
    NoneInsecure,
    /// Set after sign-in for another domain, which browsers refuse.
    OtherDomain,
    /// Set after sign-in for a path where the page is not.
    OtherPath,
}

/// Which messages an SP cannot bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A CDATA section stands in it: a few attacks.
    Cdata,
    /// More than one Assertion stands in it: half of all attacks.
    TwoAssertions,
}
