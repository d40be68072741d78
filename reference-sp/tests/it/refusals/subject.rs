//! Who it is about, and whom it is meant for.

use super::*;

#[tokio::test]
async fn a_user_for_whom_the_tenant_may_not_speak() {
    let sp = hardened().await;
    let stranger = sign_assertion(&response(&sp, other_tenant(), VICTIM).to_xml(), other_tenant());
    deliver(&sp, &stranger)
        .await
        .is_refused("may not speak for the domain \"corp.example\"");
    says(&sp, "may not speak", |m| {
        name(m).value = "admin@corp.example.evil.example".to_owned()
    })
    .await;
    says(&sp, "is no mail address", |m| {
        name(m).value = "a@corp.example,admin@corp.example".to_owned()
    })
    .await;
    deliver(
        &sp,
        &sign_assertion(
            &response(&sp, other_tenant(), "opaque-1").to_xml(),
            other_tenant(),
        ),
    )
    .await
    .is("opaque-1");
}

#[tokio::test]
async fn a_name_that_is_none() {
    let sp = hardened().await;
    says(&sp, "exactly one NameID", |m| {
        m.assertions[0].subject.name_id = None
    })
    .await;
    says(&sp, "is empty", |m| name(m).value.clear()).await;
    says(&sp, "is empty", |m| name(m).value = "   ".to_owned()).await;
    says(&sp, "control characters", |m| name(m).value = "a\nb".to_owned()).await;
    says(&sp, "is not a NameID format", |m| {
        name(m).format = Some(name_id::ENTITY.to_owned())
    })
    .await;
    says(&sp, "is not a NameID format", |m| {
        name(m).format = Some(String::new())
    })
    .await;
    says(&sp, "qualified for somebody else", |m| {
        name(m).sp_name_qualifier = Some("https://other-sp.example".to_owned())
    })
    .await;
    says(&sp, "qualified for somebody else", |m| {
        name(m).name_qualifier = Some(OTHER_ISSUER.to_owned())
    })
    .await;
    written(&sp, "of plain text", |xml| {
        xml.replace(ALICE, "admin<x:y xmlns:x=\"urn:x\"/>@corp.example")
    })
    .await;
    written(&sp, "exactly one NameID", |xml| {
        xml.replace("</NameID>", "</NameID><NameID>admin@corp.example</NameID>")
    })
    .await;
}

#[tokio::test]
async fn a_message_for_somebody_else() {
    let sp = hardened().await;
    let (id, acs) = (sp.metadata_url(), sp.acs_url());
    for other in [
        "https://other-sp.example",
        &format!("{id}.evil.example"),
        &format!("x{id}"),
        &format!("{id}/"),
        &id.to_uppercase(),
        "",
    ] {
        says(&sp, "is meant for", |m| {
            conditions(m).audiences = vec![vec![other.to_owned()]]
        })
        .await;
        says(&sp, "is meant for", |m| {
            conditions(m).audiences.push(vec![other.to_owned()])
        })
        .await;
    }
    says(&sp, "restricted to no audience", |m| {
        conditions(m).audiences.clear()
    })
    .await;
    written(&sp, "is not understood", |xml| {
        xml.replace("</Conditions>", "<Condition/></Conditions>")
    })
    .await;
    for other in [
        "https://other-sp.example/acs",
        &format!("{acs}.evil.example"),
        &format!("https://evil.example/?u={acs}"),
        "",
    ] {
        says(&sp, "may be presented at", |m| {
            confirmation(m).recipient = Some(other.to_owned())
        })
        .await;
        says(&sp, "was sent to", |m| m.destination = Some(other.to_owned())).await;
    }
    says(&sp, "may be presented at", |m| confirmation(m).recipient = None).await;
    let mut nowhere = response(&sp, tenant(), ALICE);
    nowhere.destination = None;
    deliver(&sp, &sign_response(&nowhere.to_xml(), tenant()))
        .await
        .is_refused("must name its Destination");
}

#[tokio::test]
async fn a_bearer_that_is_not_confirmed() {
    let sp = hardened().await;
    says(&sp, "of the method bearer", |m| {
        m.assertions[0].subject.confirmations.clear()
    })
    .await;
    for other in [method::HOLDER_OF_KEY, method::SENDER_VOUCHES, "urn:x", ""] {
        says(&sp, "of the method bearer", |m| {
            confirmation(m).method = other.to_owned()
        })
        .await;
    }
    written(&sp, "SubjectConfirmationData must occur", |xml| {
        let data =
            &xml[xml.find("<SubjectConfirmationData").unwrap()..xml.find("</SubjectConfirmation>").unwrap()];
        xml.replace(data, "")
    })
    .await;
}

#[tokio::test]
async fn two_confirmations_that_hold_only_together() {
    let sp = hardened().await;
    says(&sp, "may be presented at", |m| {
        let mut second = confirmation(m).clone();
        confirmation(m).not_on_or_after = Some(in_seconds(-3600));
        second.recipient = Some("https://other-sp.example/acs".to_owned());
        m.assertions[0].subject.confirmations.push(second);
    })
    .await;
}
