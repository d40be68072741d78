use reference_sp::Refusal;

use super::*;

const NONE: [String; 0] = [];

async fn refusing(style: Refusal, scenarios: &[Arc<Scenario>], options: Options) -> Told {
    let config = Config {
        refuse_with: style,
        ..Config::default()
    };
    against(config, scenarios, options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn how_an_sp_refuses_changes_no_verdict() {
    let all = chosen(|_| true);
    let forbidden = refusing(Refusal::Forbidden, &all, quick()).await;
    for style in [Refusal::Redirect, Refusal::Page] {
        let told = refusing(style, &all, quick()).await;
        assert_eq!(told.unlike(&forbidden), NONE, "{style:?}");
        assert_eq!(told.summary.exit, 0);
    }
    // A page of one shape is a refusal, whatever part of it varies; that it is a 5xx is said once.
    for style in [Refusal::ServerErrorConstant, Refusal::ServerErrorVarying] {
        let told = refusing(style, &all, quick()).await;
        assert_eq!(told.unlike(&forbidden), NONE, "{style:?}");
        let about: Vec<_> = told
            .summary
            .warnings
            .iter()
            .filter(|w| w.contains("refusals came as a 5xx"))
            .collect();
        assert_eq!(about.len(), 1, "{:?}", told.summary.warnings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_never_a_pass_for_an_attack() {
    // What comes by GET, or is no message, does not get as far as to be refused, and what ends nobody's session here is done and not
    // refused.
    let not_refused = [
        "metadata/sso-location-javascript",
        "post-binding/get-instead-of-post",
        "dos/deflate-bomb",
        "slo/other-user-nameid",
        "slo/nameid-mismatch",
        "slo/sessionindex-mismatch",
        "slo/comment-nameid",
    ];
    let attacks =
        chosen(|s| s.verdict.is_negative() && !not_refused.contains(&s.id.as_str()) && !is_by_a_question(s));
    let told = refusing(Refusal::Die, &attacks, quick()).await;
    let passed = told.of(VerdictKind::Pass);
    assert!(passed.is_empty(), "{:#?}", Told::ids(&passed));
    assert!(told.results.iter().any(|r| r.outcome == Outcome::ServerError));
    assert_eq!(told.summary.exit, 1, "{:?}", told.summary.causes);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_and_opens_the_circuit() {
    let options = Options {
        timeout: Duration::from_secs(2),
        ..Options::default()
    };
    let all = chosen(|_| true);
    let told = refusing(Refusal::Silence, &all, options).await;
    let hung = told.results.iter().filter(|r| r.outcome == Outcome::Hang).count();
    assert!(hung >= 5, "{hung} hung");
    let open = told.of(VerdictKind::Inconclusive);
    assert!(
        open.iter().any(|r| r.reason.contains("circuit is open")),
        "{:#?}",
        Told::ids(&open)
    );
    assert_eq!(told.summary.exit, 1, "a hang is a failure");
    // What only watches has no row where there is nothing to tell.
    let fired = all.iter().filter(|s| !s.watches());
    let units: usize = fired.map(|s| s.bases.len()).sum();
    assert_eq!(told.results.len(), units, "every scenario is in the report");
}
