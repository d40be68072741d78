//! Whatever is handed in, the reader gives a template that holds or an error with a line that exists.

use mock_idp::gallery::{Pattern, Template, read};
use proptest::prelude::*;

const PAGES: [&str; 4] = [
    include_str!("pages/classic.md"),
    include_str!("pages/portal-claims.md"),
    include_str!("pages/cards-both.md"),
    include_str!("pages/cards-sp.md"),
];

fn holds(text: &str) -> Result<(), TestCaseError> {
    match read("page.md", text) {
        Ok(template) => {
            prop_assert!(template.check().is_ok());
            let again = Template::from_toml(&template.to_toml());
            prop_assert_eq!(again.ok(), Some(template));
        }
        Err(error) => {
            let lines = text.lines().count().max(1);
            prop_assert!(
                error.line >= 1 && error.line <= lines + 1,
                "line {} of {lines}",
                error.line
            );
            prop_assert!(!error.reason.is_empty());
        }
    }
    Ok(())
}

/// What Markdown and the family are made of.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("| a | b |\n|---|---|\n| c |\n".to_owned()),
        Just("\n        In the **Identifier** textbox, type `<`\n".to_owned()),
        Just("**Basic SAML Configuration**\n\n".to_owned()),
        Just("> > > 1. - ".to_owned()),
        Just("<table><tr>".to_owned()),
        Just("`https://<".to_owned()),
        Just("\n---\n".to_owned()),
        "[\\PC\n\t]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_page_with_a_piece_cut_out_and_a_scrap_put_in_is_read_or_refused(
        page in 0..PAGES.len(), at in 0.0..1.0_f64, cut in 0_usize..200, scrap in scrap(),
    ) {
        let text: Vec<char> = PAGES[page].chars().collect();
        let from = ((text.len() as f64) * at) as usize;
        let to = (from + cut).min(text.len());
        let text: String = text[..from].iter().copied().chain(scrap.chars()).chain(text[to..].iter().copied()).collect();
        holds(&text)?;
    }

    #[test]
    fn scraps_alone_are_read_or_refused(scraps in prop::collection::vec(scrap(), 0..30)) {
        holds(&scraps.concat())?;
    }

    #[test]
    fn a_filled_pattern_fits_itself_and_gives_its_values_back(
        label in "[a-z][a-z0-9-]{0,20}", segment in "[A-Za-z0-9._-]{1,20}", port in 1_u16..,
    ) {
        let pattern = Pattern::parse("https://<label>.a.example:<port>/x/<segment>?q=<label>").unwrap();
        let port = port.to_string();
        let value = pattern.fill(|name| Some(match name {
            "label" => label.as_str(),
            "port" => &port,
            _ => &segment,
        })).unwrap();
        let found = pattern.captures(&value).unwrap();
        prop_assert_eq!(&found[0].1, &label);
        prop_assert_eq!(&found[1].1, &port);
        prop_assert_eq!(&found[2].1, &segment);
    }

    #[test]
    fn any_text_is_a_pattern_or_is_refused(text in "\\PC{0,60}", value in "\\PC{0,60}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            prop_assert_eq!(pattern.to_string().parse::<String>().ok().map(|text| Pattern::parse(&text).is_ok()), Some(true));
            let _ = pattern.check_url();
            let _ = pattern.captures(&value);
        }
    }
}

#[test]
fn a_mebibyte_of_nothing_but_markup_is_read_in_a_moment() {
    let begun = std::time::Instant::now();
    for unit in [
        "> ",
        "**",
        "| a ",
        "[",
        "<a ",
        "`",
        "In the **Identifier** box: ",
        "- ",
        "\t",
        "&lt;",
        "<x>",
    ] {
        let text = format!(
            "# Integrate X with Azure AD\n\n## Configure Azure AD SSO\n\nBasic SAML Configuration\n\n{}",
            unit.repeat((1 << 20) / unit.len() - 100)
        );
        let _ = read("page.md", &text);
    }
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_secs(60), "{took:?}");
}
