//! The ACS: who comes in, who does not, and where he is led.

use std::{sync::atomic::Ordering, time::Duration};

use super::{
    accounts::{is_known, is_victim, key},
    message::{Denial, Said, assertions, claimed, statements},
    pages::{self, ELSEWHERE, page},
    site::Site,
    switches::{Acs, Cookie, Limit, Probe, Victim},
    wire::{Answer, Request, Response},
};

impl Site {
    /// Takes a message at the ACS.
    pub(super) async fn acs(&self, request: &Request) -> Answer {
        let others = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        if let Limit::Slower(milliseconds) = self.sp.limit {
            tokio::time::sleep(Duration::from_millis(milliseconds * u64::from(others * others))).await;
        }
        let answer = self.take(request).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        answer
    }

    /// One message, from the form to the answer.
    async fn take(&self, request: &Request) -> Answer {
        match self.sp.acs {
            Acs::Hangs => return Answer::Hang,
            Acs::Drips => return Answer::Drip(page(200, "Signing in", "")),
            Acs::Endless => return Answer::Endless(page(200, "Signing in", "")),
            Acs::LoopInstead => return Response::see("/round").into(),
            _ => {}
        }
        if let Some(busy) = self.busy() {
            return busy.into();
        }
        let wants = matches!(self.sp.cookie, Cookie::WantsLax | Cookie::WantsStrict);
        if wants && request.cookie("flow").is_none() {
            return page(
                400,
                "Error",
                "<p>Your login cannot be found. Enable cookies and start again.</p>",
            )
            .into();
        }
        let field = request.field("SAMLResponse").unwrap_or_default();
        let message = saml::binding::decode_post(&field).unwrap_or_default();
        if let Some(answer) = pages::unbearable(&self.sp, &message) {
            return answer;
        }
        self.slow_down(message.contains("<![CDATA[")).await;
        let claimed = claimed(&message);
        let answer = match self.admit(&message, &claimed).await {
            Ok((who, said)) => self.sign_in(&who, &said, assertions(&message)),
            Err(Refused::Because(why)) => {
                if !matches!(why, Denial::Locked | Denial::Riddle) {
                    self.ledger().refuse(&claimed, self.sp.limit);
                }
                pages::refuse(&self.sp, why)
            }
            Err(Refused::With(response)) => response.into(),
        };
        match (self.sp.probe, answer) {
            (Probe::Reflects, Answer::Whole(response)) => {
                let tried = claimed.first().map_or("", String::as_str);
                response
                    .with("Set-Cookie", &format!("tried={tried}; Path=/"))
                    .into()
            }
            (_, answer) => answer,
        }
    }

    async fn slow_down(&self, hard: bool) {
        if self.sp.limit != Limit::SlowsDown {
            return;
        }
        let slow = {
            let mut ledger = self.ledger();
            ledger.slow |= hard;
            ledger.slow
        };
        let milliseconds = match (slow, hard) {
            (_, true) => 4000,
            (true, false) => 700,
            (false, false) => 0,
        };
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }

    /// Whether the SP has no time for a message.
    fn busy(&self) -> Option<Response> {
        let mut ledger = self.ledger();
        ledger.messages += 1;
        let wait = |status, title| page(status, title, "<p>Slow down.</p>").with("Retry-After", "1");
        match self.sp.limit {
            Limit::PerSecond(most) if ledger.too_many(most) => Some(wait(429, "Too Many Requests")),
            Limit::PerSecondUnavailable(most) if ledger.too_many(most) => {
                Some(wait(503, "Service Unavailable"))
            }
            Limit::WarmingUp(first) if ledger.messages <= first => {
                Some(page(503, "Service Unavailable", "<p>Starting up.</p>"))
            }
            _ => None,
        }
    }

    /// Who may come in with this message.
    async fn admit(&self, message: &str, claimed: &[String]) -> Result<(String, Said), Refused> {
        if let Some(why) = self.ledger().locked(claimed, self.sp.limit) {
            return Err(why.into());
        }
        let said = self.rules.judge(message)?;
        self.ledger().use_up(&said)?;
        let who = key(&said, self.sp.key)?;
        match self.sp.victim {
            Victim::NoAccount if !is_known(&who) => return Err(Denial::NoAccount.into()),
            Victim::Disabled if is_victim(&who) => return Err(Denial::NoAccount.into()),
            _ => {}
        }
        if let (Acs::DrawsLots(most), true) = (self.sp.acs, statements(message) > 1) {
            let mut ledger = self.ledger();
            ledger.drawn += 1;
            if ledger.drawn.is_multiple_of(2) || ledger.drawn > most {
                return Err(Denial::Shape.into());
            }
        }
        self.allow(&who, &said).await?;
        Ok((who, said))
    }

    /// Whether an account may sign in just now.
    async fn allow(&self, who: &str, said: &Said) -> Result<(), Refused> {
        let no = |status, title, why| Err(Refused::With(page(status, title, why)));
        match self.sp.limit {
            Limit::UniqueFirst => {
                let created = self.ledger().create(who);
                if created == Some(false) {
                    let why = "<pre>duplicate key value violates unique constraint \"users_name_key\"</pre>";
                    return no(500, "Error", why);
                }
                if created == Some(true) {
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                Ok(())
            }
            Limit::CreatedThenAgain => {
                let created = self.ledger().create(who).is_some();
                if created {
                    self.ledger().sign_in(who, said, self.sp.limit, false);
                    return no(
                        200,
                        "Welcome",
                        "<p>Your account was created. Please sign in again.</p>",
                    );
                }
                Ok(())
            }
            Limit::OneAtATime => {
                let begun = self.ledger().begin(who);
                if !begun {
                    return no(
                        409,
                        "Conflict",
                        "<p>Another sign-in of this account is under way.</p>",
                    );
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                self.ledger().end(who);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Signs somebody in, and says where he goes.
    fn sign_in(&self, who: &str, said: &Said, assertions: usize) -> Answer {
        let sp = &self.sp;
        let pending = sp.victim == Victim::SecondFactor && is_victim(who);
        let attack = is_victim(who) || assertions > 1;
        let id = self.ledger().sign_in(who, said, sp.limit, pending);
        let to = match sp.acs {
            _ if pending => "/verify",
            Acs::LoopAfter => "/round",
            Acs::EndlessAfter => "/endless",
            Acs::AwayAfter => ELSEWHERE,
            Acs::HangsAfter => "/never",
            Acs::Bomb => "/bomb",
            Acs::TakesAndDrops if attack => return Answer::Drop,
            _ => "/home",
        };
        let flags = match sp.cookie {
            Cookie::Lax | Cookie::WantsLax | Cookie::WantsStrict => "Path=/; HttpOnly; SameSite=Lax",
            Cookie::Strict => "Path=/; HttpOnly; SameSite=Strict",
            Cookie::NoneInsecure => "Path=/; HttpOnly; SameSite=None",
            Cookie::OtherDomain => "Path=/; HttpOnly; Domain=sso.elsewhere.example",
            Cookie::OtherPath => "Path=/acs; HttpOnly; SameSite=Lax",
        };
        let cookie = format!("sid={id}; {flags}");
        let with = |response: Response| response.with("Set-Cookie", &cookie);
        match sp.acs {
            Acs::Half => Answer::Half(with(page(200, "Home", "<p>You are signed in."))),
            Acs::TakesAndBreaksOff if attack => Answer::Half(with(page(200, "Home", ""))),
            Acs::TakesAndFails if attack => with(page(500, "Error", "<h1>Something went wrong</h1>")).into(),
            Acs::RefreshAfter => {
                let body = "<meta http-equiv=\"refresh\" content=\"10; url=/home\"><p>One moment.</p>";
                with(page(200, "Signing in", body)).into()
            }
            _ => with(Response::see(to)).into(),
        }
    }
}

/// How a message does not come in.
enum Refused {
    Because(Denial),
    With(Response),
}

impl From<Denial> for Refused {
    fn from(why: Denial) -> Self {
        Self::Because(why)
    }
}
