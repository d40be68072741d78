//! "Manage transformation".

use mock_idp::directory::{Attribute, Claim, Matches, On, Replacement, Transformation, Value};
use mock_idp::issuance::attributes;
use mock_idp::{SignIn, User};
use proptest::prelude::*;

use super::{alice, tenant, values};

const MAIL: On = On::Attribute(Attribute::MAIL);

fn constant(text: &str) -> On {
    On::Constant(text.to_owned())
}

/// What the steps make of this person.
fn run_for(user: &User, steps: Vec<Transformation>) -> Vec<String> {
    let mut claim = Claim::new(None, "c", Attribute::MAIL);
    claim.value = Value::Transformation(steps);
    let mut tenant = tenant().clone();
    tenant.applications[0].claims = vec![claim];
    let all = attributes(&SignIn {
        user,
        ..alice(&tenant)
    });
    let values = values(&all, "c").unwrap_or_default();
    values.into_iter().map(ToOwned::to_owned).collect()
}

/// What they make of alice, whose mail address is `alice@contoso.example`.
fn run(steps: Vec<Transformation>) -> Vec<String> {
    run_for(tenant().user("alice").unwrap(), steps)
}

fn one(step: Transformation) -> String {
    run(vec![step]).pop().unwrap_or_default()
}

#[test]
fn a_mail_prefix_is_what_stands_before_the_at_and_everything_without_one() {
    assert_eq!(one(Transformation::ExtractMailPrefix { input: MAIL }), "alice");
    let plain = constant("no mail");
    assert_eq!(one(Transformation::ExtractMailPrefix { input: plain }), "no mail");
}

#[test]
fn joining_takes_both_parts() {
    let join = |second| Transformation::Join {
        input: MAIL,
        separator: "|".to_owned(),
        second,
    };
    assert_eq!(one(join(constant("x"))), "alice@contoso.example|x");
    assert_eq!(one(join(On::Attribute("user.department".parse().unwrap()))), "");
}

#[test]
fn case_is_changed() {
    assert_eq!(
        one(Transformation::ToUppercase { input: MAIL }),
        "ALICE@CONTOSO.EXAMPLE"
    );
    assert_eq!(
        one(Transformation::ToLowercase {
            input: constant("ÄB")
        }),
        "äb"
    );
}

#[test]
fn a_match_chooses_between_two_outputs_and_case_matters() {
    let matching = |how, text: &str, otherwise: Option<On>| {
        one(Transformation::Match {
            input: MAIL,
            how,
            text: text.to_owned(),
            then: constant("yes"),
            otherwise,
        })
    };
    assert_eq!(matching(Matches::Contains, "@contoso", None), "yes");
    assert_eq!(matching(Matches::StartsWith, "alice", None), "yes");
    assert_eq!(matching(Matches::EndsWith, ".example", None), "yes");
    assert_eq!(matching(Matches::StartsWith, "Alice", Some(constant("no"))), "no");
    assert_eq!(matching(Matches::StartsWith, "Alice", None), "");
}

#[test]
fn extraction_is_after_before_or_between() {
    let extract = |after: Option<&str>, before: Option<&str>| {
        one(Transformation::Extract {
            input: MAIL,
            after: after.map(str::to_owned),
            before: before.map(str::to_owned),
        })
    };
    assert_eq!(extract(Some("@"), None), "contoso.example");
    assert_eq!(extract(None, Some("@")), "alice");
    assert_eq!(extract(Some("@"), Some(".")), "contoso");
    assert_eq!(extract(Some("#"), None), "");
    assert_eq!(extract(Some("@"), Some("#")), "");
}

#[test]
fn letters_and_digits_are_taken_from_either_end() {
    let text = || constant("ab12é34");
    let alpha = |suffix| Transformation::ExtractAlpha {
        input: text(),
        suffix,
    };
    let numeric = |suffix| Transformation::ExtractNumeric {
        input: text(),
        suffix,
    };
    assert_eq!(one(alpha(false)), "ab");
    assert_eq!(one(alpha(true)), "");
    assert_eq!(one(numeric(false)), "");
    assert_eq!(one(numeric(true)), "34");
}

#[test]
fn an_empty_input_gives_way_where_it_is_asked_about() {
    let nothing = || On::Attribute("user.department".parse().unwrap());
    let if_empty = |input| Transformation::IfEmpty {
        input,
        then: constant("none"),
    };
    assert_eq!(one(if_empty(nothing())), "none");
    assert_eq!(one(if_empty(MAIL)), "alice@contoso.example");
    let if_not = |input, otherwise| Transformation::IfNotEmpty {
        input,
        then: constant("some"),
        otherwise,
    };
    assert_eq!(one(if_not(MAIL, None)), "some");
    assert_eq!(one(if_not(nothing(), Some(constant("none")))), "none");
    assert_eq!(one(if_not(nothing(), None)), "");
    assert_eq!(one(Transformation::ToUppercase { input: nothing() }), "");
}

#[test]
fn a_part_is_counted_in_characters() {
    let part = |start, length| Transformation::Substring {
        input: constant("äöü€"),
        start,
        length,
    };
    assert_eq!(one(part(1, Some(2))), "öü");
    assert_eq!(one(part(2, None)), "ü€");
    assert_eq!(one(part(9, None)), "");
}

#[test]
fn an_expression_fills_its_groups_and_parameters_into_the_replacement() {
    let replace = |pattern: &str, with: &str| {
        one(Transformation::RegexReplace {
            input: MAIL,
            replace: Replacement {
                pattern: pattern.to_owned(),
                with: with.to_owned(),
            },
            parameters: vec![("who".to_owned(), On::Attribute(Attribute::GIVEN_NAME))],
        })
    };
    assert_eq!(
        replace(r"^(?<user>[^@]+)@(?<at>\w+).*$", "{at}/{user}/{who}"),
        "contoso/alice/Alice-a19c"
    );
    assert_eq!(
        replace("(?<x>l)", "{x}{x}"),
        "allice@contoso.exampllee".replace("llee", "lle")
    );
    assert_eq!(replace("nothing", "x"), "alice@contoso.example");
    assert_eq!(replace("@.*", "{unknown}{"), "alice{");
}

#[test]
fn a_second_step_works_on_what_the_first_gives_and_there_is_no_third() {
    let prefix = Transformation::ExtractMailPrefix { input: MAIL };
    let upper = Transformation::ToUppercase { input: On::Previous };
    let join = Transformation::Join {
        input: On::Previous,
        separator: ".".to_owned(),
        second: constant("x"),
    };
    assert_eq!(run(vec![prefix.clone(), upper.clone()]), ["ALICE"]);
    assert_eq!(run(vec![prefix, upper, join]), ["ALICE"]);
}

#[test]
fn the_first_value_is_taken_or_each_where_the_source_is_treated_as_multivalued() {
    let mut user = tenant().user("alice").unwrap().clone();
    let several = ["one", "two"].map(str::to_owned).to_vec();
    user.profile.extension_attributes.insert("3".to_owned(), several);
    let attribute: Attribute = "user.extensionattribute3".parse().unwrap();
    let upper = |input| vec![Transformation::ToUppercase { input }];
    assert_eq!(run_for(&user, upper(On::Attribute(attribute))), ["ONE"]);
    assert_eq!(run_for(&user, upper(On::All(attribute))), ["ONE", "TWO"]);
}

proptest! {
    #[test]
    fn nothing_that_is_configured_makes_an_expression_panic(pattern in "\\PC{0,40}", with in "\\PC{0,40}", text in "\\PC{0,60}") {
        let _ = run(vec![Transformation::RegexReplace {
            input: On::Constant(text.clone()),
            replace: Replacement { pattern, with },
            parameters: Vec::new(),
        }, Transformation::Substring { input: On::Previous, start: 1, length: Some(3) }]);
        let _ = run(vec![Transformation::ExtractAlpha { input: On::Constant(text.clone()), suffix: true }]);
        let _ = run(vec![Transformation::Extract { input: On::Constant(text), after: Some(String::new()), before: Some(String::new()) }]);
    }
}
