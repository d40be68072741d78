//! What is different from a flawless message, and nothing that differs between any two.

use samlitmus::{
    anatomy::{Changes, changes, diff},
    event::Event,
    report::{Kind, Target, json},
    run::rehearsal::Rehearsal,
};
use scenarios::{Base, Catalogue, KeyRing, Persona, Scenario};

use super::told;

const FLAWLESS: &str =
    "<R><A ID=\"_1\"><I>idp</I><S><DigestValue>YQ==</DigestValue></S><N>alice</N><C/></A></R>";

fn lines(changes: Changes) -> Vec<String> {
    let said = changes.lines.into_iter().map(|change| {
        let was = change.was.map(|was| format!(" ({was})")).unwrap_or_default();
        format!("{} {}: {}{was}", change.how.sign(), change.within, change.text)
    });
    said.collect()
}

fn of(sent: &str) -> Vec<String> {
    lines(diff(FLAWLESS, sent))
}

#[test]
fn another_digest_is_no_change_and_one_with_something_in_it_is() {
    assert_eq!(of(&FLAWLESS.replace("YQ==", "Yg==")), [""; 0]);
    assert_eq!(
        of(&FLAWLESS.replace("YQ==", "Y<!-- -->Q==")),
        ["~ R/A/S: <DigestValue>Y<!-- -->Q== (<DigestValue>YQ==)"]
    );
}

#[test]
fn what_was_added_removed_and_changed_is_told_in_its_place() {
    assert_eq!(
        of(&FLAWLESS
            .replace("<N>alice", "<N>admin")
            .replace("<C/>", "<D/><E/>")),
        [
            "~ R/A: <N>admin (<N>alice)",
            "+ R/A: <D/>",
            "+ R/A: <E/>",
            "− R/A: <C/>"
        ]
    );
    assert_eq!(of(&FLAWLESS.replace("<I>idp</I>", "")), ["− R/A: <I>idp"]);
}

#[test]
fn a_copy_before_the_signed_one_is_added_and_the_signed_one_stays() {
    let evil = "<A ID=\"_2\"><I>idp</I><N>admin</N><C/></A>";
    assert_eq!(
        of(&FLAWLESS.replace("<A ", &format!("{evil}<A "))),
        [
            "+ R: <A ID=\"_2\">",
            "+ R/A: <I>idp",
            "+ R/A: <N>admin",
            "+ R/A: <C/>"
        ]
    );
}

#[test]
fn what_is_wrapped_is_told_to_have_moved_once() {
    let wrapped = FLAWLESS.replace("<A ", "<X><A ").replace("</A>", "</A></X>");
    assert_eq!(of(&wrapped), ["+ R: <X>", "→ R/X: <A ID=\"_1\"> (in R)"]);
}

#[test]
fn what_is_no_tree_has_lines_as_well_and_what_hides_in_a_text_is_shown() {
    let odd =
        "<!DOCTYPE a [<!ENTITY b \"c\">]><?d?><a>&b;<!-- <f> -->g<![CDATA[<h>]]></a></a><e f='>'/><e g=\"";
    assert_eq!(
        lines(diff("", odd)),
        [
            "+ : <!DOCTYPE a [<!ENTITY b \"c\">]>",
            "+ : <?d?>",
            "+ : <a>&b;<!-- <f> -->g<![CDATA[<h>]]>",
            "+ : <e f='>'/>",
            "+ : <e g=\""
        ]
    );
}

#[test]
fn long_lines_are_cut_where_they_can_be_told_apart() {
    let long = "x".repeat(400);
    let changes = diff(&format!("<a>{long}y</a>"), &format!("<a>{long}z</a>"));
    let change = &changes.lines[0];
    assert!(
        change.text.ends_with('z') && change.text.starts_with('…'),
        "{change:?}"
    );
    assert!(change.was.as_deref().is_some_and(|was| was.ends_with('y')));
}

/// A login of somebody in which nothing is odd.
fn flawless(persona: Persona) -> Scenario {
    let mut scenario = Catalogue::embedded()
        .get("baseline/sp-initiated")
        .unwrap()
        .as_ref()
        .clone();
    scenario.persona = Some(persona);
    scenario
}

/// What comes out as a flawless message does: Azure's default written down, and a change that is taken back.
const AS_EVER: [&str; 2] = ["azure/nameid-emailaddress", "status/status-flipped-to-success"];

#[test]
fn every_message_of_the_catalogue_differs_from_a_flawless_one_if_its_recipe_does() {
    let rehearsal = Rehearsal::new(None, &KeyRing::NAMES.into_iter().collect()).unwrap();
    for (persona, base) in [
        (Persona::Alice, Base::A),
        (Persona::Attacker, Base::R),
        (Persona::Outsider, Base::B),
    ] {
        let made = || rehearsal.message(&flawless(persona), Some(base), None).unwrap();
        assert_eq!(lines(changes(&made(), &made())), [""; 0], "{persona:?} {base:?}");
    }
    let single = |scenario: &&std::sync::Arc<Scenario>| scenario.flow.is_empty() && !scenario.sends_nothing();
    let mut wrong = Vec::new();
    for scenario in Catalogue::embedded().scenarios.iter().filter(single) {
        let sent = rehearsal.message(scenario, None, None).unwrap();
        let base = match sent.base {
            Base::N => Base::A,
            base => base,
        };
        let twin = rehearsal
            .message(&flawless(sent.persona), Some(base), None)
            .unwrap();
        let told = lines(changes(&twin, &sent));
        let recipe = scenario.takes().swap_remove(0).recipe;
        let is_odd = !recipe.is_flawless() || recipe.name_id.is_some();
        if is_odd && told.is_empty() != AS_EVER.contains(&scenario.id.as_str()) {
            wrong.push(format!("{} says {told:?}", scenario.id));
        }
        if !is_odd && recipe.deliver.is_none() && sent.base != Base::N && !told.is_empty() {
            wrong.push(format!("{} says {told:?}", scenario.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn reports_show_it_and_results_that_were_kept_show_the_same() {
    let caught = told::caught();
    let differs = caught.changes().unwrap();
    assert_eq!(differs.more, 0);
    let said = lines(differs.as_ref().clone());
    assert!(
        said.iter().all(|line| line.starts_with('+'))
            && said[0].starts_with("+ Response: <Assertion ID=\"_evil\""),
        "{said:#?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let write = |kind, name: &str, events: &[Event]| {
        let path = folder.path().join(name);
        let target = Target {
            kind,
            path: path.clone(),
        };
        told::tell(target.open().unwrap(), events);
        path
    };
    let kept = write(Kind::Json, "r.json", &told::run());
    let (events, _) = json::read(&kept).unwrap().events();
    let section = |events: &[Event]| {
        let text = std::fs::read_to_string(write(Kind::Html, "r.html", events)).unwrap();
        let begun = text.find("What is different from a flawless message").unwrap();
        let end = text[begun..].find("</div>").unwrap();
        text[begun..begun + end].to_owned()
    };
    let first = section(&told::run());
    assert!(first.contains("<ins>+\u{a0}&lt;Assertion ID="), "{first}");
    assert_eq!(first, section(&events), "the same from what was kept");
}

#[test]
fn a_way_by_hand_is_told_where_there_is_one_and_the_message_itself_never_stands_in_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target {
        kind: Kind::Html,
        path: folder.path().join("r.html"),
    };
    told::tell(target.open().unwrap(), &told::run());
    let text = std::fs::read_to_string(&target.path).unwrap();
    assert!(
        text.contains("samlitmus forge &#39;signature/xsw-3&#39; --base A --unsolicited --form |")
            || text.contains("samlitmus forge 'signature/xsw-3' --base A --unsolicited --form |"),
        "the command"
    );
    assert!(
        text.contains("--data-binary @- 'http://127.0.0.1:8080/acs'")
            || text.contains("@- &#39;http://127.0.0.1:8080/acs")
    );
    let message = told::caught().message.unwrap();
    assert!(
        !text.contains(&message.wire.fields[0].1[..64]),
        "somebody could sign in with it"
    );
}
