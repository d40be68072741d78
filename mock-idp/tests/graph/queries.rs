//! `$filter`, `$select`, paging, counting, and the headers around them.

use serde_json::{Value, json};

use super::{Graph, id, ids, sent};

#[tokio::test]
async fn pages_lead_from_one_to_the_next_and_lose_nobody() {
    let graph = Graph::start().await;
    for number in 0..7 {
        graph.user(&format!("page{number}")).await;
    }
    let all = ids(&graph.get("v1.0/users").await.expect(200));
    let (mut seen, mut next) = (
        Vec::new(),
        Some("v1.0/users?$top=3&$select=id,displayName".to_owned()),
    );
    while let Some(url) = next {
        let page = graph.get(&url).await.expect(200);
        assert!(page["value"].as_array().unwrap().len() <= 3);
        assert_eq!(page["value"][0].as_object().unwrap().len(), 2);
        assert!(
            page["@odata.context"]
                .as_str()
                .unwrap()
                .ends_with("#users(id,displayName)")
        );
        seen.extend(ids(&page));
        next = page["@odata.nextLink"].as_str().map(ToOwned::to_owned);
    }
    assert_eq!(seen, all);
    let first = graph.get("v1.0/users?$top=3").await.expect(200);
    let link = first["@odata.nextLink"].as_str().unwrap();
    graph
        .delete(&format!(
            "v1.0/users/{}",
            first["value"][2]["id"].as_str().unwrap()
        ))
        .await
        .expect(204);
    assert_eq!(graph.get(link).await.code(), "Directory_ExpiredPageToken");
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_counted() {
    let graph = Graph::start().await;
    for name in ["Zoe", "anna", "Mark"] {
        graph.user(name).await;
    }
    let names = |list: &Value| -> Vec<String> {
        let all = list["value"].as_array().unwrap().iter();
        all.map(|user| user["displayName"].as_str().unwrap().to_owned())
            .collect()
    };
    for (filter, found) in [
        ("displayName eq 'ANNA'", vec!["anna"]),
        (
            "userPrincipalName in ('zoe@contoso.example', 'mark@contoso.example')",
            vec!["Zoe", "Mark"],
        ),
        (
            "startswith(displayName,'z') or startswith(displayName,'m')",
            vec!["Zoe", "Mark"],
        ),
        (
            "(displayName eq 'Zoe' or displayName eq 'Mark') and accountEnabled eq true",
            vec!["Zoe", "Mark"],
        ),
    ] {
        let list = graph
            .get(&format!("v1.0/users?$filter={filter}"))
            .await
            .expect(200);
        assert_eq!(names(&list), found, "{filter}");
    }
    for advanced in [
        "endswith(displayName,'oe')",
        "displayName ne 'x'",
        "not startswith(displayName,'x')",
    ] {
        let plain = graph.get(&format!("v1.0/users?$filter={advanced}")).await;
        assert_eq!(
            (plain.status, plain.code()),
            (400, "Request_UnsupportedQuery"),
            "{advanced}"
        );
        graph
            .advanced(&format!("v1.0/users?$count=true&$filter={advanced}"))
            .await
            .expect(200);
    }
    let ordered = graph.advanced("v1.0/users?$count=true&$top=2&$orderby=displayName desc&$filter=startswith(userPrincipalName,'zoe') or startswith(userPrincipalName,'mark') or startswith(userPrincipalName,'anna')").await.expect(200);
    assert_eq!(
        (names(&ordered), &ordered["@odata.count"]),
        (vec!["Zoe".to_owned(), "Mark".to_owned()], &json!(3))
    );
    let rest = graph
        .advanced(ordered["@odata.nextLink"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(names(&rest), ["anna"]);
    assert_eq!(
        graph
            .advanced("v1.0/users/$count?$filter=displayName eq 'zoe'")
            .await
            .body,
        json!(1)
    );
    assert_eq!(graph.get("v1.0/users/$count").await.status, 400);

    let (application, _) = graph.instantiate("named").await;
    graph
        .patch(
            &format!("v1.0/applications/{application}"),
            json!({ "identifierUris": ["https://n.example"] }),
        )
        .await
        .expect(204);
    for filter in [
        "identifierUris/any(x:x eq 'https://n.example')",
        "web/homePageUrl ne null and identifierUris/$count eq 1",
    ] {
        let list = graph
            .advanced(&format!("v1.0/applications?$count=true&$filter={filter}"))
            .await
            .expect(200);
        assert_eq!(ids(&list), [application.as_str()], "{filter}");
    }
    let principals = graph
        .get("v1.0/servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'https://n.example')")
        .await
        .expect(200);
    assert_eq!(principals["value"][0]["displayName"], "named");
}

#[tokio::test]
async fn a_query_that_graph_does_not_take_is_refused_and_says_why() {
    let graph = Graph::start().await;
    for (query, code, why) in [
        (
            "$filter=shoeSize eq 7",
            "Request_BadRequest",
            "'shoeSize' on type 'microsoft.graph.user'",
        ),
        ("$filter=displayName eq", "Request_UnsupportedQuery", "missing"),
        (
            "$filter=contains(displayName,'a')",
            "Request_UnsupportedQuery",
            "contains",
        ),
        ("$select=shoeSize", "Request_BadRequest", "shoeSize"),
        ("$orderby=shoeSize", "Request_BadRequest", "shoeSize"),
        ("$orderby=displayName sideways", "Request_BadRequest", "$orderby"),
        ("$top=0", "Request_BadRequest", "$top"),
        ("$top=1000", "Request_BadRequest", "$top"),
        ("$top=many", "Request_BadRequest", "$top"),
        ("$skip=3", "Request_BadRequest", "$skip"),
        ("$expand=memberOf", "Request_UnsupportedQuery", "expands"),
        ("$search=\"displayName:a\"", "Request_UnsupportedQuery", "search"),
        ("$skiptoken=!!", "Directory_ExpiredPageToken", "expired"),
        ("$count=perhaps", "Request_BadRequest", "$count"),
    ] {
        let got = graph.get(&format!("v1.0/users?{query}")).await;
        assert_eq!((got.status, got.code()), (400, code), "{query}: {:#}", got.body);
        let message = got.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{query}: {message}");
    }
    graph.get("v1.0/users?utm=1&$top=1").await.expect(200);
}

#[tokio::test]
async fn every_answer_can_be_found_again_by_its_ids() {
    let graph = Graph::start().await;
    let ours = "d0a0c8a8-1111-4222-8333-444455556666";
    let got = sent(
        graph
            .request("GET", "v1.0/users/nobody@contoso.example")
            .header("client-request-id", ours),
    )
    .await;
    assert_eq!(
        (got.status, got.code(), got.header("client-request-id")),
        (404, "Request_ResourceNotFound", ours)
    );
    let inner = &got.body["error"]["innerError"];
    assert_eq!(
        (inner["client-request-id"].as_str(), inner["request-id"].as_str()),
        (Some(ours), Some(got.header("request-id")))
    );
    assert_eq!(inner["date"].as_str().unwrap().len(), "2026-01-05T10:00:05".len());

    let made = graph
        .post("v1.0/applications", json!({ "displayName": "located" }))
        .await;
    let location = made.header("location").to_owned();
    assert_eq!(
        location,
        format!(
            "{}/v1.0/applications/{}",
            graph.idp.origin(),
            id(&made.expect(201))
        )
    );
    let one = graph.get(&location).await.expect(200);
    assert!(
        one["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("/v1.0/$metadata#applications/$entity")
    );
}
