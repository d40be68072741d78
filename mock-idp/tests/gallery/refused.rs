//! Pages that are no template: each is refused whole, at its line, with what is wrong.

use mock_idp::gallery::{LONGEST_PAGE, read};

const GOOD: &str = include_str!("pages/cards-both.md");

/// The page with one text in place of another, which must be there.
fn changed(from: &str, to: &str) -> (String, usize) {
    let at = GOOD
        .find(from)
        .unwrap_or_else(|| panic!("{from:?} is in the page"));
    let line = GOOD[..at].lines().count();
    (GOOD.replacen(from, to, 1), line)
}

fn refused(text: &str) -> (usize, String) {
    let error = read("page.md", text).expect_err("this page is no template");
    (error.line, error.reason)
}

#[test]
fn a_pattern_that_is_no_address_is_refused_at_its_own_line() {
    for bad in [
        "peoplewharf/<TENANT>/logout",
        "https//<TENANT>.peoplewharf.example/logout",
        "ftp://<TENANT>.peoplewharf.example",
        "https://<TENANT.peoplewharf.example/logout",
        "https://<TENANT>.people wharf.example/logout",
    ] {
        let (text, line) = changed("https://<TENANT>.peoplewharf.example/logout", bad);
        let (at, why) = refused(&text);
        assert_eq!(at, line, "{bad}: {why}");
        assert!(why.starts_with("the Logout URL cannot be used"), "{bad}: {why}");
    }
}

#[test]
fn a_pattern_that_is_promised_and_not_given_is_refused() {
    let (text, line) = changed("      `https://<TENANT>.peoplewharf.example/logout`\n", "\n");
    let (at, why) = refused(&text);
    assert!(
        why.contains("the Logout URL is announced and no value follows"),
        "{why}"
    );
    assert!(at.abs_diff(line) <= 2, "{at} is near {line}");
}

#[test]
fn a_table_of_claims_with_a_strange_column_or_source_is_refused() {
    let (text, _) = changed(
        "| Name | Source Attribute | Namespace |",
        "| Name | Source Attribute | Flavour |",
    );
    assert!(refused(&text).1.contains("\"Flavour\" that is not known"));
    let (text, line) = changed("| user.department |", "| whatever fits best |");
    let (at, why) = refused(&text);
    assert_eq!(at, line, "{why}");
    assert!(why.contains("neither an attribute nor a text in quotes"), "{why}");
    let (text, line) = changed("| role | user.assignedroles | |", "| role | | |");
    assert_eq!(
        refused(&text),
        (
            line,
            "this table of claims has a row without a source; write the template by hand (gallery new)"
                .to_owned()
        )
    );
}

#[test]
fn a_table_among_the_addresses_that_belongs_to_no_field_is_refused() {
    let (text, _) = changed(
        "   c. In the **Relay State**",
        "   Colours:\n\n   | Colour | Code |\n   |---|---|\n   | red | ff |\n\n   c. In the **Relay State**",
    );
    assert!(
        refused(&text)
            .1
            .contains("no value in it that belongs to a field")
    );
}

#[test]
fn two_signing_options_are_not_guessed_between() {
    let (text, _) = changed(
        "**Sign SAML response and assertion**",
        "**Sign SAML response** or **Sign SAML assertion**",
    );
    assert!(refused(&text).1.contains("two signing options"));
}

#[test]
fn a_page_without_a_product_is_refused() {
    let text = GOOD.replace(
        "Microsoft Entra SSO integration with Peoplewharf",
        "How to bake bread",
    );
    assert_eq!(
        refused(&text).1,
        "no title names the product that is integrated; import pages of the tutorial family"
    );
    assert_eq!(refused("").0, 1);
}

#[test]
fn a_page_about_provisioning_passwords_or_nothing_is_told_from_one_about_saml() {
    let title = "# Tutorial: Azure Active Directory integration with Peoplewharf\n\n";
    for (body, why) in [
        (
            "## Set up\n\nConfigure automatic user provisioning.\n",
            "about user provisioning alone",
        ),
        (
            "## Configure Azure AD single sign-on\n\nMode is **Password-based Sign-on**.\n",
            "by password or link",
        ),
        (
            "## Configure Azure AD single sign-on\n\nGood luck.\n",
            "no section sets up SAML",
        ),
    ] {
        let (line, reason) = refused(&format!("{title}{body}"));
        assert!(reason.contains(why), "{reason}");
        assert!(line >= 1);
    }
}

#[test]
fn a_section_of_addresses_that_names_none_is_refused() {
    let text = "# Tutorial: Azure AD integration with Empty Hall\n\n## Configure Azure AD SSO\n\n\
                On the **Basic SAML Configuration** section, do what you like.\n";
    let (line, why) = refused(text);
    assert_eq!(line, 5);
    assert!(why.contains("names no field"), "{why}");
}

#[test]
fn a_page_beyond_the_limit_is_refused_before_it_is_read() {
    let text = format!("{GOOD}{}", " ".repeat(LONGEST_PAGE));
    assert!(refused(&text).1.contains("at most 1048576 bytes"));
}
