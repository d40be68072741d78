//! What DevTools tell of requests and their answers: the raw headers, which BiDi mixes up between the hops of a
//! redirect chain, and the names of the fields that a form sends.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;
use url::form_urlencoded;

use super::seen::Seen;
use crate::{driver::setup::LONGEST, text::clip};

/// Answers of one request that are remembered; the hop limit ends it long before.
const HOPS: usize = 100;
/// Requests whose raw answers are remembered, all tabs together.
const RAW: usize = 1000;
/// Bytes of one raw answer's headers.
const HEADERS: usize = 64 << 10;

#[derive(Debug, Default)]
pub(super) struct Raw {
    requests: HashMap<String, RawRequest>,
    order: VecDeque<String>,
}

#[derive(Debug, Default)]
struct RawRequest {
    answers: Vec<RawAnswer>,
    fields: Vec<Vec<String>>,
}

#[derive(Clone, Debug)]
struct RawAnswer {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Raw {
    /// Takes in `Network.responseReceivedExtraInfo`.
    pub(super) fn answer(&mut self, told: &Value) {
        let status = told["statusCode"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        let (Some(id), Some(status)) = (told["requestId"].as_str(), status) else {
            return;
        };
        let headers = told["headers"].as_object().into_iter().flatten();
        let headers = headers.flat_map(|(name, value)| {
            // Several headers of one name come as the lines of one.
            let lines = value.as_str().unwrap_or_default().split('\n');
            lines.map(|line| (name.to_ascii_lowercase(), clip(line, LONGEST).to_owned()))
        });
        let mut room = HEADERS;
        let fits = headers.take_while(|(name, value)| {
            let size = name.len() + value.len();
            room = room.saturating_sub(size);
            room > 0
        });
        let answer = RawAnswer {
            status,
            headers: fits.collect(),
        };
        let answers = &mut self.of(id).answers;
        if answers.len() < HOPS {
            answers.push(answer);
        }
    }

    /// Takes in `Network.requestWillBeSent`.
    pub(super) fn request(&mut self, told: &Value) {
        let (Some(id), Some("Document")) = (told["requestId"].as_str(), told["type"].as_str()) else {
            return;
        };
        let body = told["request"]["postData"].as_str().unwrap_or_default();
        let names = form_urlencoded::parse(body.as_bytes()).map(|(name, _)| clip(&name, 200).to_owned());
        let names: Vec<String> = names.take(100).collect();
        let fields = &mut self.of(id).fields;
        if fields.len() < HOPS {
            fields.push(names);
        }
    }

    /// Adds what it knows of a request.
    pub(super) fn complete(&self, hop: &mut Seen) {
        let Some(request) = self.requests.get(&hop.request) else {
            return;
        };
        let redirect = usize::try_from(hop.redirect).unwrap_or(usize::MAX);
        if let Some(answer) = request.answers.get(redirect) {
            hop.status = Some(answer.status);
            hop.headers.clone_from(&answer.headers);
        }
        if let Some(fields) = request.fields.get(redirect) {
            hop.fields.clone_from(fields);
        }
        hop.set_cookies = hop
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, value)| value.clone())
            .collect();
    }

    fn of(&mut self, id: &str) -> &mut RawRequest {
        if !self.requests.contains_key(id) {
            self.order.push_back(id.to_owned());
            if self.order.len() > RAW
                && let Some(oldest) = self.order.pop_front()
            {
                self.requests.remove(&oldest);
            }
        }
        self.requests.entry(id.to_owned()).or_default()
    }
}
