//! Pages that are read, one for each shape of each edition. The products are invented.

use mock_idp::gallery::{
    Choose, ConfiguredBy, Download, Edition, Expects, Field, GroupValue, Groups, Initiation, NameIdFormat,
    Seen, Signed, SigningAlgorithm, Template, Transformation, UserCreation, read,
};

fn page(name: &str, text: &str) -> Template {
    let template = read(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let again = Template::from_toml(&template.to_toml()).unwrap();
    assert_eq!(again, template, "a template is written as it is read");
    template
}

macro_rules! page {
    ($name:literal) => {
        page($name, include_str!(concat!("pages/", $name)))
    };
}

fn values(field: &Option<Field>) -> Vec<String> {
    let field = field.as_ref().expect("the page has the field");
    field.values.iter().map(ToString::to_string).collect()
}

/// Name, namespace, and where the value comes from.
fn claims(template: &Template) -> Vec<(String, String)> {
    let claims = template.claims.iter();
    claims
        .map(|claim| {
            let source = claim.source.clone().or(claim.constant.clone());
            (claim.attribute(), source.unwrap_or_else(|| "?".to_owned()))
        })
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

#[test]
fn a_page_of_the_classic_portal_has_patterns_in_bold_quotes_and_one_certificate() {
    let template = page!("classic.md");
    assert_eq!(
        (template.id.as_str(), template.name.as_str()),
        ("brightfold", "Brightfold")
    );
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<company name>.brightfold.example"]
    );
    assert_eq!(
        values(&template.identifier),
        ["https://<company name>.brightfold.example/saml"]
    );
    assert_eq!(
        values(&template.reply_url),
        [
            "https://trial.brightfold.example/<company name>",
            "https://www.brightfold.example/<company name>"
        ]
    );
    assert_eq!(
        (template.initiation, template.initiation_inferred),
        (Initiation::Sp, true)
    );
    assert_eq!(template.download, [Download::CertificateBase64]);
    assert_eq!(template.configured_by, ConfiguredBy::Support);
    assert_eq!(template.users.created, UserCreation::Support);
    assert_eq!(template.expects.tile, Some(Seen::SignedIn));
    assert_eq!(template.source.unwrap().edition, Edition::Classic);
}

#[test]
fn a_fixed_identifier_in_bold_and_a_pattern_in_italics_are_read_and_notes_are_not() {
    let template = page!("portal-fixed.md");
    assert_eq!(template.name, "Parasol");
    assert_eq!(values(&template.identifier), ["parasol.net"]);
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<subdomain>.parasol.example"]
    );
    assert!(template.reply_url.is_none());
    assert_eq!(template.download, [Download::MetadataXml]);
    assert_eq!(template.configured_by, ConfiguredBy::Administrator);
    assert_eq!(template.users.created, UserCreation::JustInTime);
    assert_eq!(template.expects.tile, Some(Seen::SignInPage));
    let source = template.source.unwrap();
    assert_eq!(
        (source.edition, source.date.as_deref()),
        (Edition::DomainAndUrls, Some("06/12/2018"))
    );
}

#[test]
fn a_pre_integrated_application_has_claims_with_namespaces_a_constant_and_one_that_is_asked_for() {
    let template = page!("portal-roles.md");
    assert_eq!(template.id, "nimbus-works-nw");
    assert!(template.pre_integrated && template.sign_on_url.is_none() && template.identifier.is_none());
    assert_eq!(
        (template.initiation, template.initiation_inferred),
        (Initiation::Idp, true)
    );
    let want = [
        (
            "https://nimbus.example/SAML/Attributes/SessionName",
            "user.userprincipalname",
        ),
        (
            "https://nimbus.example/SAML/Attributes/Role",
            "user.assignedroles",
        ),
        ("https://nimbus.example/SAML/Attributes/Duration", "?"),
        ("Region", "eu-1"),
    ];
    assert_eq!(claims(&template), pairs(&want));
    assert_eq!(
        template.role_claim().as_deref(),
        Some("https://nimbus.example/SAML/Attributes/Role")
    );
    assert_eq!(template.users.created, UserCreation::NotNeeded);
}

#[test]
fn an_identifier_that_is_the_sign_on_url_takes_its_pattern_and_keeps_the_example_apart() {
    let template = page!("portal-claims.md");
    assert_eq!(
        values(&template.identifier),
        ["https://<companyname>.chatterbox.example"]
    );
    assert_eq!(
        template.identifier.as_ref().unwrap().examples,
        ["https://contoso.chatterbox.example"]
    );
    let want = [
        ("first_name", "user.givenname"),
        ("User.Email", "user.mail"),
        ("login", "user.userprincipalname"),
    ];
    assert_eq!(claims(&template), pairs(&want));
    assert_eq!(
        template.claims[2].transformation,
        Some(Transformation::ExtractMailPrefix)
    );
    assert_eq!(template.name_id.source.as_deref(), Some("user.mail"));
    assert_eq!(template.name_id.transformation, None);
    let consumes = template.consumes;
    assert!(consumes.login_url && consumes.identifier && !consumes.logout_url);
    assert!(template.users.provisioning);
    assert_eq!(template.users.created, UserCreation::JustInTime);
}

#[test]
fn two_modes_in_words_are_both_and_what_the_service_provider_shows_is_not_azures() {
    let template = page!("portal-both.md");
    assert_eq!(
        (template.initiation, template.initiation_inferred),
        (Initiation::Both, false)
    );
    assert_eq!(
        values(&template.identifier),
        ["https://auth.loom.example/saml/<unique ID>"]
    );
    assert_eq!(
        values(&template.reply_url),
        ["https://auth.loom.example/callback?connection=saml-<unique ID>"]
    );
    assert_eq!(
        values(&template.relay_state),
        ["https://<instancename>.loom.example"]
    );
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<instancename>.loom.example"]
    );
    assert!(template.reply_url.unwrap().required && !template.sign_on_url.unwrap().required);
    assert_eq!(template.name_id.source.as_deref(), Some("user.mail"));
    assert_eq!(template.users.created, UserCreation::ByHand);
}

#[test]
fn two_variants_of_a_product_give_each_pattern_once_and_every_download() {
    let template = page!("portal-variants.md");
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<instance-name>.ticketmill.example/nav.do"]
    );
    assert_eq!(
        values(&template.identifier),
        ["https://<instance-name>.ticketmill.example"]
    );
    assert_eq!(
        template.download,
        [Download::MetadataUrl, Download::CertificateBase64]
    );
    let consumes = template.consumes;
    assert!(consumes.login_url && consumes.identifier && consumes.logout_url);
    assert_eq!(template.users.created, UserCreation::Provisioning);
}

#[test]
fn an_idp_initiated_page_with_cards_says_where_a_sign_in_begins_and_who_configures() {
    let template = page!("cards-idp.md");
    assert_eq!(
        (template.initiation, template.initiation_inferred),
        (Initiation::Idp, false)
    );
    assert_eq!(
        values(&template.identifier),
        ["https://<SUBDOMAIN>.attic.example/singlesignon/saml/metadata"]
    );
    assert_eq!(
        values(&template.reply_url),
        ["https://<SUBDOMAIN>.attic.example/singlesignon/saml/SSO"]
    );
    assert!(template.sign_on_url.is_none() && template.claims.is_empty());
    assert_eq!(template.download, [Download::MetadataXml]);
    assert_eq!(template.configured_by, ConfiguredBy::Support);
    assert_eq!(template.users.created, UserCreation::Support);
    let signed_in = Some(Seen::SignedIn);
    assert_eq!(
        template.expects,
        Expects {
            test_button: signed_in,
            tile: signed_in
        }
    );
    assert_eq!(template.source.unwrap().edition, Edition::BasicSamlConfiguration);
}

#[test]
fn tables_of_patterns_relay_state_logout_and_signing_are_read_from_the_cards() {
    let template = page!("cards-both.md");
    assert_eq!(
        (template.initiation, template.initiation_inferred),
        (Initiation::Both, false)
    );
    assert_eq!(
        values(&template.identifier),
        [
            "https://<TENANT>.peoplewharf.example/sp",
            "https://<TENANT>.stage.peoplewharf.example/sp",
            "peoplewharf"
        ]
    );
    assert_eq!(template.identifier.as_ref().unwrap().choose, Choose::One);
    assert_eq!(
        values(&template.reply_url),
        [
            "https://<TENANT>.peoplewharf.example/acs/0",
            "https://<TENANT>.peoplewharf.example/acs/1"
        ]
    );
    assert_eq!(template.reply_url.as_ref().unwrap().choose, Choose::All);
    assert_eq!(values(&template.relay_state), ["/home"]);
    assert_eq!(
        values(&template.logout_url),
        ["https://<TENANT>.peoplewharf.example/logout"]
    );
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<TENANT>.peoplewharf.example/login"]
    );
    assert_eq!(
        claims(&template),
        pairs(&[("department", "user.department"), ("role", "user.assignedroles")])
    );
    assert_eq!(template.role_claim().as_deref(), Some("role"));
    assert_eq!(template.groups.as_ref().unwrap().name.as_deref(), Some("group"));
    assert_eq!(template.name_id.source.as_deref(), Some("user.employeeid"));
    assert_eq!(template.signing.option, Some(Signed::Both));
    assert_eq!(template.signing.algorithm, Some(SigningAlgorithm::Sha1));
    assert_eq!(template.download, [Download::CertificateRaw]);
    let consumes = template.consumes;
    assert!(consumes.login_url && consumes.identifier && consumes.logout_url);
    assert_eq!(template.users.created, UserCreation::JustInTime);
    let by_mode = Some(Seen::ByMode);
    assert_eq!(
        template.expects,
        Expects {
            test_button: by_mode,
            tile: by_mode
        }
    );
}

#[test]
fn other_spellings_of_placeholders_groups_encryption_and_a_name_id_in_a_table_are_read() {
    let template = page!("cards-sp.md");
    assert_eq!(template.name, "Gatewarden");
    assert_eq!(template.initiation, Initiation::Sp);
    assert_eq!(
        values(&template.identifier),
        ["https://<ANY>.gatewarden.example/<tenant>/metadata"]
    );
    assert_eq!(
        values(&template.sign_on_url),
        ["https://<Gateway name>:8443/<prefix>/login"]
    );
    assert!(template.sign_on_url.as_ref().unwrap().required);
    assert!(
        values(&template.reply_url).is_empty(),
        "the product's own page shows the value"
    );
    assert_eq!(
        claims(&template),
        pairs(&[
            ("username", "user.userprincipalname"),
            ("givenName", "user.givenname"),
            ("Company", "?")
        ])
    );
    assert_eq!(template.name_id.source.as_deref(), Some("user.objectid"));
    assert_eq!(template.name_id.format, Some(NameIdFormat::Persistent));
    let groups = template.groups.unwrap();
    assert_eq!(
        (groups.which, groups.value),
        (Groups::Security, GroupValue::SamAccountName)
    );
    assert_eq!(
        template.download,
        [Download::Thumbprint, Download::CertificatePem]
    );
    assert!(template.encrypted);
    assert_eq!(template.expects.test_button, Some(Seen::SignInPage));
}

#[test]
fn addresses_that_the_service_providers_metadata_holds_are_left_open() {
    let template = page!("cards-upload.md");
    assert!(values(&template.identifier).is_empty() && values(&template.reply_url).is_empty());
    assert!(template.identifier.unwrap().required && template.reply_url.unwrap().required);
    assert!(
        !template.pre_integrated,
        "the role claim is, the addresses are not"
    );
    assert!(
        template.sign_on_url.is_none(),
        "the vendor's console is not Azure's"
    );
    assert_eq!(template.initiation, Initiation::Idp);
}
