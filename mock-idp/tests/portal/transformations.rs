//! "Manage transformation", without scripts.

use mock_idp::directory::{Matches, On, Transformation, Value};

use super::single_sign_on::{application, with_application};

#[tokio::test]
async fn two_steps_follow_each_other_and_come_back_as_they_were_written() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/single-sign-on/claims/new")).await;
    let page = admin
        .press(
            &page,
            "Show the fields of this transformation",
            &[("t1", "between"), ("t2", "contains")],
        )
        .await;
    let fields = [
        ("name", "team"),
        ("t1_input", "user.department"),
        ("t1_input_all", "yes"),
        ("t1_after", "("),
        ("t1_before", ")"),
        ("t2_input", "previous"),
        ("t2_text", "sales"),
        ("t2_then", "text"),
        ("t2_then_text", "S"),
        ("t2_otherwise", "user.city"),
    ];
    admin.press(&page, "Save", &fields).await;
    let saved = application(idp.directory()).claims[4].value.clone();
    let expected = Value::Transformation(vec![
        Transformation::Extract {
            input: On::All("user.department".parse().unwrap()),
            after: Some("(".to_owned()),
            before: Some(")".to_owned()),
        },
        Transformation::Match {
            input: On::Previous,
            how: Matches::Contains,
            text: "sales".to_owned(),
            then: On::Constant("S".to_owned()),
            otherwise: Some(On::Attribute("user.city".parse().unwrap())),
        },
    ]);
    assert_eq!(saved, expected);
    let page = admin.open(&format!("{path}/single-sign-on/claims/4")).await;
    admin.press(&page, "Save", &[]).await;
    assert_eq!(
        application(idp.directory()).claims[4].value,
        expected,
        "saving what is shown changes nothing"
    );
}

#[tokio::test]
async fn every_function_of_the_list_can_be_saved() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/single-sign-on/claims/0")).await;
    let functions: Vec<String> = page
        .html()
        .select(&scraper::Selector::parse("#t1 option").unwrap())
        .filter_map(|option| option.value().attr("value").map(ToOwned::to_owned))
        .filter(|value| !value.is_empty())
        .collect();
    assert_eq!(functions.len(), 18);
    for function in functions {
        let page = admin.open(&format!("{path}/single-sign-on/claims/0")).await;
        let page = admin
            .press(
                &page,
                "Show the fields of this transformation",
                &[("t1", &function)],
            )
            .await;
        let mut form = page.form("Save");
        for part in ["input", "then", "otherwise", "second"] {
            if form.value(&format!("t1_{part}")).is_some() {
                form = form.with(&[(&format!("t1_{part}"), "user.mail")]);
            }
        }
        for (part, text) in [
            ("text", "x"),
            ("after", "a"),
            ("before", "b"),
            ("start", "1"),
            ("length", "2"),
            ("pattern", "^(?<d>a+)"),
            ("with", "{d}"),
        ] {
            if form.value(&format!("t1_{part}")).is_some() {
                form = form.with(&[(&format!("t1_{part}"), text)]);
            }
        }
        let list = admin.submit(form).await;
        assert_eq!(
            list.notice(),
            "The claim was saved.",
            "{function}: {}",
            list.text()
        );
        let page = admin.open(&format!("{path}/single-sign-on/claims/0")).await;
        assert_eq!(page.form("Save").value("t1"), Some(function.as_str()));
        assert!(
            matches!(&application(idp.directory()).claims[0].value, Value::Transformation(steps) if steps.len() == 1)
        );
    }
}
