//! From what was seen of logins to what is there and what is missing. Pure: the facts decide, no sentence is read.

use scenarios::{Persona, recipe::Start};

use super::{
    model::{Check, Part},
    request::Request,
    walk::address,
};
use crate::{
    judge::observation::{Ended, Journey, Lack, Party, Probe},
    run::{
        clues::{Clues, Contrast, Witness},
        learned::Learned,
    },
    text::counted,
};

/// What was seen.
pub(super) struct Facts<'a> {
    /// Whether `[sp] login` is configured.
    pub(super) login: bool,
    /// The probe's page.
    pub(super) probe: &'a str,
    pub(super) clues: &'a Clues,
    pub(super) request: Option<&'a Request>,
    /// What calibration learned, where it came to its end.
    pub(super) learned: Option<&'a Learned>,
    /// Where the probe shows who is signed in, as a rule.
    pub(super) rule: Option<&'a str>,
    /// Why it did not.
    pub(super) hopeless: Option<&'a str>,
}

const SET_PROBE: &str = "set [sp.probe] url to a page that only a signed-in user sees, and identity to where that user's own name stands in it";

impl Facts<'_> {
    /// What a run rests on, from the way to the IdP to the people.
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut checks = vec![
            self.sign_in(),
            self.request(),
            self.cookies(),
            self.clock(),
            self.trust(),
            self.probe(),
        ];
        checks.extend(self.people());
        checks
    }

    fn of(&self, start: Start) -> Option<&Witness> {
        self.clues.logins.iter().find(|witness| witness.start == start)
    }

    fn works(&self) -> bool {
        self.clues.logins.iter().any(|witness| witness.works)
    }

    fn delivered(&self) -> Option<&Witness> {
        self.clues.logins.iter().find(|witness| witness.delivered)
    }

    fn unreadable(&self) -> Option<&str> {
        self.request?.unreadable.as_deref()
    }

    fn sign_in(&self) -> Check {
        let Some(witness) = self.of(Start::Sp) else {
            let told = match self.login {
                true => "nobody came to try [sp] login",
                false => {
                    "[sp] login is left out: the IdP alone begins, and what rests on an AuthnRequest is not judged"
                }
            };
            return Check::unknown(Part::SignIn, told);
        };
        let idp = witness
            .journey
            .hops
            .iter()
            .position(|hop| hop.party == Party::Idp);
        if witness.delivered || self.unreadable().is_some() {
            let requests = counted(idp.unwrap_or_default() + 1, "request");
            return Check::good(
                Part::SignIn,
                format!("[sp] login brings the browser to the IdP, in {requests}"),
            );
        }
        let told = witness.broke.clone().unwrap_or_else(|| witness.journey.told());
        let mend = match witness.needs_browser {
            true => "take --driver auto or browser: plain HTTP runs no scripts".to_owned(),
            false => off_the_way(&witness.journey),
        };
        Check::broken(Part::SignIn, told, &mend)
    }

    fn request(&self) -> Check {
        let Some(request) = self.request else {
            return Check::unknown(Part::Request, "none came");
        };
        match (&request.unreadable, &request.refused) {
            (Some(why), _) => Check::broken(
                Part::Request,
                why,
                "let the SP send it as its binding says: deflated by HTTP-Redirect (SAML Bindings 3.4.4.1), Base64 alone by HTTP-POST (3.5.4)",
            ),
            (None, Some(why)) => Check::note(
                Part::Request,
                format!("Azure would refuse it: {why}"),
                "mend the SP's request: this mock answers it all the same, and with Azure nobody signs in",
            ),
            (None, None) => Check::good(Part::Request, "Azure would go on with it"),
        }
    }

    fn cookies(&self) -> Check {
        let mut lost: Vec<String> = self.clues.logins.iter().flat_map(Witness::lost_cookies).collect();
        lost.sort();
        lost.dedup();
        let lost = lost.join(", ");
        match (self.clues.logins.is_empty(), lost.is_empty(), self.works()) {
            (true, ..) => Check::unknown(Part::Cookies, "nobody came to try a login"),
            (_, true, _) => Check::good(Part::Cookies, "none was lost on the way"),
            (_, false, true) => Check::good(
                Part::Cookies,
                format!("lost as in every browser, and not needed: {lost}"),
            ),
            (_, false, false) => Check::broken(
                Part::Cookies,
                format!("lost as in every browser: {lost}"),
                "a cookie that must come along when the IdP's page posts to the ACS needs SameSite=None and Secure, and https",
            ),
        }
    }

    fn clock(&self) -> Check {
        if let Some(off) = &self.clues.clock {
            return Check::broken(Part::Clock, off, "set the SP's clock");
        }
        match self.request.and_then(|request| request.ahead) {
            Some(seconds @ ..-5) => Check::good(
                Part::Clock,
                format!("the SP's is {} s behind this machine's", -seconds),
            ),
            Some(seconds @ 6..) => Check::good(
                Part::Clock,
                format!("the SP's is {seconds} s ahead of this machine's"),
            ),
            Some(_) => Check::good(Part::Clock, "the SP's agrees with this machine's"),
            None if self.works() => Check::good(Part::Clock, "the SP takes messages of this moment"),
            None => Check::unknown(Part::Clock, "no AuthnRequest told it"),
        }
    }

    fn trust(&self) -> Check {
        if self.works() {
            return Check::good(Part::Trust, "the SP takes this IdP's messages");
        }
        let Some(witness) = self.delivered() else {
            return Check::unknown(Part::Trust, "no message came to the SP");
        };
        if self.clues.clock.is_some() {
            return Check::unknown(Part::Trust, "nobody knows before the clock is right");
        }
        match &self.clues.contrast {
            Some(Contrast::Same(place)) if !witness.lost_cookies().is_empty() => Check::unknown(
                Part::Trust,
                format!(
                    "nobody knows before the cookies come along: a message under a key that nobody trusts is answered in the same way, at {place}"
                ),
            ),
            Some(Contrast::Same(place)) => Check::broken(
                Part::Trust,
                format!(
                    "the SP answers a flawless message as it answers one under a key that nobody trusts: it comes to rest at {place}"
                ),
                "give the SP the metadata that `samlitmus idp metadata` writes, of this state folder; see that the ACS in its own metadata is where it listens",
            ),
            Some(Contrast::Otherwise(ours, theirs)) => Check::broken(
                Part::Trust,
                format!(
                    "the SP refuses a flawless message at {ours}, and otherwise than one under a key that nobody trusts, at {theirs}"
                ),
                "mend what its own words and its log name: entity ID, ACS, NameID format, the user's account",
            ),
            Some(Contrast::Accepted(ours, theirs)) => Check::good(
                Part::Trust,
                format!(
                    "the SP lets a flawless message through to {ours}, one under nobody's key only to {theirs}"
                ),
            ),
            None if witness.journey.ended != Ended::Answered => Check::broken(
                Part::Trust,
                format!("the message was not answered: {}", witness.journey.told()),
                "read the SP's log of that moment",
            ),
            None => Check::unknown(Part::Trust, "nobody knows before the probe is right"),
        }
    }

    fn probe(&self) -> Check {
        if let Some(rule) = self.rule {
            let page = address(self.probe);
            return Check::good(Part::Probe, format!("{page} tells who is signed in, by {rule}"));
        }
        let hopeless = self.hopeless.unwrap_or("nobody came so far");
        let at_fault = match (self.delivered(), &self.clues.contrast) {
            _ if self.clues.clock.is_some() => false,
            _ if self.works() => true,
            (Some(_), Some(Contrast::Accepted(..))) => true,
            (Some(_), Some(_)) => false,
            // It was looked at and tells something that cannot be.
            (Some(witness), None) => {
                let astray = self.clues.logins.iter().any(|other| other.broke.is_some());
                !astray && (witness.journey.ended == Ended::Answered || witness.probe != Probe::SignedOut)
            }
            // Before anybody signed in.
            (None, _) => self.clues.logins.is_empty() && self.hopeless.is_some(),
        };
        match at_fault {
            true => Check::broken(Part::Probe, hopeless, self.lacked().map_or(SET_PROBE, Lack::mend)),
            false => Check::unknown(Part::Probe, "nobody was signed in to be shown"),
        }
    }

    /// What the question after a login lacked.
    fn lacked(&self) -> Option<&Lack> {
        let mut looked = self
            .clues
            .logins
            .iter()
            .filter_map(|witness| witness.looked.as_ref());
        looked.find_map(|looked| looked.lacked.as_ref())
    }

    fn people(&self) -> Vec<Check> {
        let Some(learned) = self.learned else {
            return vec![Check::unknown(Part::People, "nobody came to sign everybody in")];
        };
        if learned.unseen.is_empty() {
            let told = "alice, the attacker and the victim sign in, and the probe shows each";
            return vec![Check::good(Part::People, told)];
        }
        let unseen = |(persona, why): (&Persona, &String)| {
            let name = persona.name();
            let mend = format!(
                "give him an account there ([sp] provision), a probe that shows him too, or another name in [users.{name}]: until then what is forged in his name and refused proves nothing"
            );
            Check::broken(Part::People, why, &mend)
        };
        learned.unseen.iter().map(unseen).collect()
    }
}

/// What mends a way that does not lead to the IdP.
fn off_the_way(journey: &Journey) -> String {
    match (&journey.ended, &journey.page) {
        (Ended::NotAllowed(place), _) => format!(
            "add {place} to [sp] allow if it is yours to test; if it is another IdP, let the SP send its users to this one (`samlitmus idp metadata`)"
        ),
        (Ended::Answered, Some(page)) if page.status >= 400 => {
            "mend [sp] login: it is the URL at which the SP begins a sign-in".to_owned()
        }
        (Ended::Answered, Some(_)) => {
            "let [sp] login name the URL that redirects to the IdP, or the steps that a person takes on that page".to_owned()
        }
        _ => "mend [sp] login, or read the SP's log of that moment".to_owned(),
    }
}
