//! What an SP takes as identity, and how it shows it.

use saml::names::name_id::{PERSISTENT, TRANSIENT};

use super::mode::{Mode, mode};
use crate::sp::{Key, Open, Page, Style};

/// What is said where the page does not tell who is signed in.
const UNTOLD: &[&str] = &["probe|identity"];

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    vec![
        mode("plain", "NameID in JSON, a 403 for every refusal", |_| {})
            .green()
            .flawed_red(),
        // The least that any harness must see.
        mode(
            "plain-unsigned",
            "the same, and an SP that asks for no signature at all",
            |sp| {
                sp.open = Some(Open::Unsigned);
            },
        )
        .flawed(&[1], &["baseline/unsigned-rejected|failed"], 10, true),
        mode("transient", "asks for a transient NameID and shows it", |sp| {
            sp.asks = Some(TRANSIENT)
        })
        .green()
        .flawed_red(),
        mode(
            "transient-found",
            "the same, and nobody says where it stands",
            |sp| sp.asks = Some(TRANSIENT),
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode(
            "persistent",
            "asks for a persistent, pairwise NameID and shows it",
            |sp| {
                sp.asks = Some(PERSISTENT);
            },
        )
        .green()
        .flawed_red(),
        mode(
            "claim-name",
            "the claim name is the identity; NameID is never looked at",
            |sp| {
                sp.key = Key::Claim("name");
            },
        )
        .green()
        .flawed_red(),
        mode("claim-mail", "the claim emailaddress is the identity", |sp| {
            sp.key = Key::Claim("emailaddress")
        })
        .green()
        .flawed_red(),
        mode(
            "claim-mail-transient",
            "the claim emailaddress is the identity, NameID is transient",
            |sp| {
                sp.key = Key::Claim("emailaddress");
                sp.asks = Some(TRANSIENT);
            },
        )
        .green()
        .flawed_red(),
        mode(
            "claim-display",
            "the display name is the identity, in running text",
            |sp| {
                sp.key = Key::Claim("displayname");
                sp.page = Page::Hello;
            },
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode("claim-object-id", "the object id is the identity", |sp| {
            sp.key = Key::Claim("objectidentifier");
        })
        .green()
        .flawed_red(),
        mode(
            "mail-beside-name-id",
            "the mail address is the identity, NameID is shown beside it",
            |sp| {
                sp.key = Key::MailBesideNameId;
            },
        )
        .green()
        .flawed_red(),
        mode("found-json", "NameID in JSON, and nobody says where", |_| {})
            .finds_by_itself()
            .green()
            .flawed_red(),
        mode(
            "found-html",
            "NameID in an element with an id, and nobody says where",
            |sp| sp.page = Page::Html,
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode("hello", "NameID in running text, found by a pattern", |sp| {
            sp.page = Page::Hello
        })
        .rule("regex:Hello, ([^!]+)!")
        .green()
        .flawed_red(),
        mode(
            "hello-found",
            "NameID in running text, and nobody says where",
            |sp| sp.page = Page::Hello,
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode(
            "beside-constant",
            "the name of a contact, who is always alice, stands before the user's",
            |sp| {
                sp.page = Page::BesideConstant;
            },
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode(
            "beside-last-visitor",
            "the name of the last visitor stands before the user's",
            |sp| {
                sp.page = Page::BesideLastVisitor;
            },
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode(
            "all-users",
            "all users are listed, then one's own name is said",
            |sp| sp.page = Page::AllUsers,
        )
        .finds_by_itself()
        .green()
        .flawed_red(),
        mode("all-users-said", "the same, and the rule says where", |sp| {
            sp.page = Page::AllUsers
        })
        .rule("css:.me")
        .green()
        .flawed_red(),
        mode("header", "the name stands in a header alone", |sp| {
            sp.page = Page::Header
        })
        .rule("header:x-user")
        .green()
        .flawed_red(),
        // A page without a name and no rule: to look through the headers would be kind, to say what to do is enough.
        mode("header-found", "the same, and nobody says where", |sp| {
            sp.page = Page::Header
        })
        .finds_by_itself()
        .green_or(UNTOLD)
        .flawed_not_green(),
        // The number of an account stands in no message. Whose it is can be learned by signing each person in; the
        // number of an account that an attack created is nobody's, and no reason for red.
        mode(
            "number",
            "the number of the account is shown, and nothing else",
            |sp| sp.style = Style::Number,
        )
        .rule("json:/account")
        .green_or(UNTOLD)
        .flawed_not_green(),
        mode("upper-case", "names are shown in capitals", |sp| {
            sp.style = Style::Upper
        })
        .green()
        .flawed_red(),
        mode(
            "lower-case",
            "display names are the identity, shown in small letters",
            |sp| {
                sp.key = Key::Claim("displayname");
                sp.style = Style::Lower;
            },
        )
        .green_or(UNTOLD)
        .flawed_not_green(),
        // `admin@contoso.example.evil.example`, read whole, is shown as `admin`, as the victim is: whoever calls that
        // an impersonation is wrong, and whoever sees the victim in it cannot know.
        mode("local-part", "only what stands before the @ is shown", |sp| {
            sp.style = Style::LocalPart
        })
        .green_or(UNTOLD)
        .flawed_not_green(),
        mode(
            "long-names-cut",
            "names longer than 24 characters are cut",
            |sp| sp.style = Style::Cut(24),
        )
        .green()
        .flawed_red(),
        mode("names-cut", "names longer than 12 characters are cut", |sp| {
            sp.style = Style::Cut(12)
        })
        .green_or(UNTOLD)
        .flawed_not_green(),
    ]
}
