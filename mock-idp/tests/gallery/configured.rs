//! From a template and values to an application, or to everything that is wrong with them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_idp::Directory;
use mock_idp::directory::{Attribute, On, SigningOption, SsoMode, Transformation, Value};
use mock_idp::gallery::{Configured, Problem, Template, builtin, read};

fn template(id: &str) -> Template {
    builtin()
        .iter()
        .find(|template| template.id == id)
        .unwrap()
        .clone()
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

fn configured(id: &str, pairs: &[(&str, &str)]) -> Configured {
    template(id)
        .configure(&values(pairs))
        .unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn problems(id: &str, pairs: &[(&str, &str)]) -> Vec<Problem> {
    template(id)
        .configure(&values(pairs))
        .expect_err("these values do not do")
        .problems
}

#[test]
fn one_placeholder_fills_every_field_that_has_it() {
    let backup = configured("endpoint-backup", &[("subdomain", "acme")]);
    assert_eq!(
        backup.identifiers,
        ["https://acme.backup.example/singlesignon/saml/metadata"]
    );
    assert_eq!(
        backup.reply_urls,
        ["https://acme.backup.example/singlesignon/saml/SSO"]
    );
    assert_eq!(backup.sign_on_url, None);
}

#[test]
fn the_reference_sps_local_addresses_fit_the_template_that_it_stands_for() {
    let local = configured("endpoint-backup", &[("PORT", "8080")]);
    assert_eq!(
        local.identifiers,
        ["http://127.0.0.1:8080/singlesignon/saml/metadata"]
    );
    let same = configured(
        "endpoint-backup",
        &[("identifier", "http://127.0.0.1:8080/singlesignon/saml/metadata")],
    );
    assert_eq!(
        same.reply_urls,
        ["http://127.0.0.1:8080/singlesignon/saml/SSO"],
        "learned from the Identifier"
    );
}

#[test]
fn values_are_checked_against_the_patterns() {
    let elsewhere = problems(
        "endpoint-backup",
        &[("subdomain", "acme"), ("identifier", "https://evil.example/x")],
    );
    assert!(
        matches!(&elsewhere[..], [Problem::Unfit { value, .. }] if value == "https://evil.example/x"),
        "{elsewhere:?}"
    );
    let spilling = problems("endpoint-backup", &[("subdomain", "evil.example/x#")]);
    assert!(
        spilling
            .iter()
            .all(|problem| matches!(problem, Problem::Unfit { .. }))
            && spilling.len() == 2,
        "{spilling:?}"
    );
}

#[test]
fn what_is_missing_and_what_is_unknown_is_named_all_at_once() {
    let error = template("roles")
        .configure(&values(&[("Colour", "red")]))
        .unwrap_err();
    let told = error.to_string();
    assert!(told.contains("the template has no Colour; it has"), "{told}");
    assert!(told.contains("give SessionDuration"), "{told}");
    let error = template("sp-only")
        .configure(&BTreeMap::new())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the Identifier lacks COMPANY; give COMPANY, or identifier itself"),
        "{error}"
    );
    assert!(error.contains("the Sign on URL lacks COMPANY"), "{error}");
}

#[test]
fn an_optional_field_is_filled_where_it_can_be_and_left_out_on_demand() {
    let both = configured("both", &[("instance", "acme")]);
    assert_eq!(
        both.sign_on_url.as_deref(),
        Some("https://acme.harbordesk.example/")
    );
    let idp_only = configured("both", &[("instance", "acme"), ("sign-on-url", "")]);
    assert_eq!(idp_only.sign_on_url, None);
}

#[test]
fn several_reply_urls_have_an_index_each_and_the_first_is_the_default() {
    let application = configured("many-reply-urls", &[("tenant", "acme")])
        .application(Timestamp::now())
        .unwrap();
    let seen: Vec<_> = application
        .reply_urls
        .iter()
        .map(|reply| (reply.url.as_str(), reply.index, reply.is_default))
        .collect();
    assert_eq!(
        seen,
        [
            ("https://acme.twinrivers.example/acs/0", Some(0), true),
            ("https://acme.twinrivers.example/acs/1", Some(1), false),
            ("https://acme-eu.twinrivers.example/acs/0", Some(2), false),
        ]
    );
}

#[test]
fn an_application_has_every_fact_of_its_template() {
    let extra = configured("extra-claims", &[("school", "hill")])
        .application(Timestamp::now())
        .unwrap();
    assert_eq!(extra.template.as_deref(), Some("extra-claims"));
    assert_eq!(extra.sso_mode, Some(SsoMode::Saml));
    assert!(
        extra.certificates.iter().any(|certificate| certificate.active),
        "it signs with a certificate of its own"
    );
    let own: Vec<_> = extra.claims[4..].iter().map(|claim| claim.wire_name()).collect();
    assert_eq!(own, ["first_name", "last_name", "email", "username"]);
    let input = On::Attribute(Attribute::USER_PRINCIPAL_NAME);
    let prefix = Value::Transformation(vec![Transformation::ExtractMailPrefix { input }]);
    assert_eq!(extra.claims[7].value, prefix);
    assert_eq!(extra.group_claims.unwrap().name.as_deref(), Some("group"));

    let old = configured("sha1", &[("customer", "acme")])
        .application(Timestamp::now())
        .unwrap();
    assert!(old.signing.sha1 && old.signing.option == SigningOption::Response);
    let archive = configured("name-id-persistent", &[("tenant", "acme")]);
    assert!(archive.name_id.format.ends_with("persistent"));
    let mail = configured("name-id-mail", &[("id", "7"), ("instance", "acme")]);
    assert_eq!(mail.name_id.value, Value::Attribute(Attribute::MAIL));
    let roles = configured("roles", &[("SessionDuration", "900")]);
    assert_eq!(roles.claims[2].value, Value::Constant("900".to_owned()));
    assert_eq!(
        roles.claims[2].wire_name(),
        "https://cumulus.example/SAML/Attributes/SessionDuration"
    );
}

#[test]
fn every_template_that_comes_along_makes_an_application_that_a_tenant_takes() {
    let mut directory = Directory::ephemeral().unwrap();
    for template in builtin() {
        let settings = template.settings().into_iter();
        let asked =
            settings.filter(|name| mock_idp::gallery::FieldName::of_key(name).is_none() && name != "name");
        let values = asked.map(|name| (name, "4711".to_owned())).collect();
        let application = template
            .configure(&values)
            .unwrap()
            .application(Timestamp::now())
            .unwrap();
        let tenant = &mut directory.tenants[0];
        tenant
            .check_application(&application)
            .unwrap_or_else(|rule| panic!("{}: {rule}", template.id));
        tenant.applications.push(application);
    }
}

#[test]
fn what_a_page_leaves_to_the_gallery_or_to_the_product_is_asked_for() {
    let roles = read("page.md", include_str!("pages/portal-roles.md")).unwrap();
    let error = roles
        .configure(&values(&[("duration", "900")]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "no pattern says what the Identifier is; give identifier; no pattern says what the Reply URL is; give reply-url"
    );
    let given = [
        ("duration", "900"),
        ("identifier", "https://nimbus.example/saml"),
        (
            "reply-url",
            "https://nimbus.example/saml https://nimbus.example/other",
        ),
    ];
    let done = roles.configure(&values(&given)).unwrap();
    assert_eq!(done.reply_urls.len(), 2);
    let wrong = [("duration", "900"), ("identifier", "x"), ("reply-url", "nimbus")];
    assert!(
        roles
            .configure(&values(&wrong))
            .unwrap_err()
            .to_string()
            .contains("\"nimbus\" does not fit an http or https address")
    );
}

#[test]
fn an_attribute_that_no_directory_has_is_named_and_can_be_given_as_a_text() {
    let text = "id = 'x'\nname = 'X'\ninitiation = 'idp'\npre_integrated = true\n\
                claims = [{ name = 'Seconds', source = 'user.sessionduration' }]\n";
    let template = Template::from_toml(text).unwrap();
    let given = [("identifier", "x"), ("reply-url", "https://x.example")];
    let error = template.configure(&values(&given)).unwrap_err().to_string();
    assert!(error.contains("no attribute user.sessionduration"), "{error}");
    let given = [given[0], given[1], ("seconds", "900")];
    assert_eq!(
        template.configure(&values(&given)).unwrap().claims[0].value,
        Value::Constant("900".to_owned())
    );
}
