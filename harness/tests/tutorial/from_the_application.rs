//! Sign-in that begins at the application, and single sign-on.

use std::convert::Infallible;

use mock_idp::{Application, User, directory::Principal};
use reference_sp::{Account, Config, ReferenceSp, Trusted};
use saml::IdpMetadata;

use crate::{
    book::Chapter,
    sign_in::{SignedIn, credentials, sign_in},
    stage::{B_SIMON, PRODUCT, Stage},
};

const PASSWORD: &str = "Vobe0317";

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_begins_at_the_application_and_the_second_needs_no_password() {
    let Some(stage) = Stage::set(known()).await else {
        return;
    };
    let mut chapter = Chapter::new(3, "From the application, and single sign-on");
    let chapter = &mut chapter;
    add_b_simon(&stage);
    let other = ReferenceSp::start(known()).await.unwrap();
    set_up(&stage, &stage.sp, PRODUCT);
    set_up(&stage, &other, "Another Backup");
    let sp = &stage.sp;
    let person = stage.browser("person").await;

    person.open(&sp.login_url()).await;
    credentials(&person, chapter, B_SIMON, PASSWORD).await;
    person.told("[role=alert]", "AADSTS50105").await;
    assert!(
        !person.shows("Resolve this error").await,
        "only who tests an application is led to its configuration"
    );
    chapter
        .step(
            &person,
            "The application sends the browser here. Nobody is assigned yet: AADSTS50105.",
        )
        .await;
    let issuer = assign(&stage);
    person.close().await;

    let person = stage.browser("person-again").await;
    person.open(&sp.login_url()).await;
    sign_in(&person, chapter, B_SIMON, PASSWORD).await;
    let expected = SignedIn {
        name_id: B_SIMON.to_owned(),
        account: "Britta Simon".to_owned(),
        issuer,
    };
    assert_eq!(SignedIn::read(&person).await, expected);
    chapter
        .step(
            &person,
            "Once assigned, B.Simon is signed in where the sign-in began.",
        )
        .await;

    person.press("Sign out").await;
    person.arrive("Back up every endpoint").await;
    chapter
        .main_step(&person, "Signed out of the application, and of nothing else.")
        .await;
    person.press("Sign in with this tenant").await;
    assert_eq!(SignedIn::read(&person).await, expected);
    chapter
        .step(
            &person,
            "The next sign-in asks for nothing: the identity provider knows who it is.",
        )
        .await;
    person.open(&other.login_url()).await;
    assert_eq!(SignedIn::read(&person).await, expected);
    assert_eq!(person.url().await.port(), Some(other.address().port()));
    chapter
        .step(&person, "Nor does the first sign-in to another application.")
        .await;
    person.close().await;
    assert_eq!(sp.denials(), [""; 0]);
    other.shutdown().await;
    stage.clear().await;
}

/// A service provider where B.Simon has an account.
fn known() -> Config {
    Config {
        accounts: vec![Account::active(B_SIMON, "Britta Simon")],
        ..Config::default()
    }
}

fn add_b_simon(stage: &Stage) {
    let user = User {
        password: PASSWORD.to_owned(),
        ..User::new(B_SIMON, "B.Simon")
    };
    let added = stage.idp.directory().change(|directory| {
        directory.tenants[0].users.push(user);
        Ok::<_, Infallible>(())
    });
    added.unwrap();
}

/// What the other tests do in the portal and at the service provider.
fn set_up(stage: &Stage, sp: &ReferenceSp, name: &str) {
    let application = Application {
        display_name: name.to_owned(),
        assignment_required: true,
        ..Application::from_sp_metadata(&sp.metadata())
    };
    let tenant = &stage.idp.directory().read().tenants[0];
    let metadata = mock_idp::federation_metadata(tenant, stage.idp.origin(), Some(&application)).unwrap();
    let metadata = IdpMetadata::parse(&metadata).unwrap();
    sp.set_trust(vec![Trusted {
        metadata,
        domains: Vec::new(),
    }]);
    let added = stage.idp.directory().change(|directory| {
        directory.tenants[0].applications.push(application);
        Ok::<_, Infallible>(())
    });
    added.unwrap();
}

/// Assigns B.Simon to both applications. Returns the tenant's entity ID.
fn assign(stage: &Stage) -> String {
    let assigned = stage.idp.directory().change(|directory| {
        let tenant = &mut directory.tenants[0];
        let user = Principal::User(tenant.account(B_SIMON).unwrap().object_id.clone());
        let applications: Vec<_> = tenant
            .applications
            .iter()
            .map(|known| known.app_id.clone())
            .collect();
        for application in applications {
            tenant.assign(&application, user.clone(), None).unwrap();
        }
        Ok::<_, Infallible>(tenant.entity_id())
    });
    assigned.unwrap()
}
