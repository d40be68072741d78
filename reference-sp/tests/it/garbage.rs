//! Whatever is sent, the answer is a refusal or the user whom the IdP signed.

use std::sync::OnceLock;

use proptest::prelude::*;
use reference_sp::{Flaw, ReferenceSp};
use tokio::runtime::Runtime;

use crate::kit::browser::{Browser, Outcome, deliver};
use crate::kit::*;

/// One service provider for all cases. It takes the same Assertion again, so that one message can be tried often.
fn sp() -> &'static (Runtime, ReferenceSp, String) {
    static SP: OnceLock<(Runtime, ReferenceSp, String)> = OnceLock::new();
    SP.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let sp = runtime.block_on(hardened());
        sp.set_flaws(Flaw::NoReplay.into());
        let message = flawless(&sp, ATTACKER);
        (runtime, sp, message)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_makes_another_user(
        at in any::<prop::sample::Index>(),
        length in 0..40usize,
        with in prop_oneof![
            "[ -~]{0,12}",
            Just(VICTIM.to_owned()),
            Just("<!-- -->".to_owned()),
            Just("&amp;".to_owned()),
            Just("<NameID>admin@corp.example</NameID>".to_owned()),
        ],
    ) {
        let (runtime, sp, message) = sp();
        let start = at.index(message.len());
        let end = (start + length).min(message.len());
        let edited = saml::document::splice(message, start..end, &with);
        let outcome = runtime.block_on(deliver(sp, &edited));
        prop_assert!(matches!(&outcome, Outcome::Out(reason) if !reason.is_empty()) || outcome == Outcome::In(ATTACKER.to_owned()), "{outcome:?}");
    }

    #[test]
    fn any_bytes_are_refused_with_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..600), encode in any::<bool>()) {
        let (runtime, sp, _) = sp();
        let encoded = saml::binding::encode_post(&bytes);
        let field = if encode { saml::binding::percent_encode(&encoded) } else { String::from_utf8_lossy(&bytes).into_owned() };
        let browser = Browser::new(sp);
        let answer = runtime.block_on(browser.post_form(format!("SAMLResponse={field}")));
        prop_assert_eq!(answer.status().as_u16(), 403);
    }
}
