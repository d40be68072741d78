//! What a page does to the browser that shows it.

use super::wire::{Answer, Response};

/// What the pages do that the SP shows after a sign-in, and where it refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trick {
    #[default]
    None,
    /// They open dialogs, one after the other.
    Dialogs,
    /// They ask whether one really wants to leave.
    Stay,
    /// They go elsewhere, and there again, for ever.
    Wander,
    /// Their script never ends.
    Busy,
    /// They open windows, one after the other.
    Windows,
    /// They close themselves.
    Close,
    /// They are no pages, but files to be kept.
    Download,
    /// They register a service worker that never answers for anybody.
    Worker,
    /// They change themselves without end.
    Grow,
}

impl Trick {
    /// The script of every page.
    fn script(self) -> &'static str {
        match self {
            Self::None | Self::Download => "",
            Self::Dialogs => "setInterval(() => alert('Are you there?'), 1);",
            Self::Stay => {
                "addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'stay'; });"
            }
            Self::Wander => "location.href = '/home?' + Math.random();",
            Self::Busy => "for (;;);",
            Self::Windows => "setInterval(() => open('/about'), 1);",
            Self::Close => "open('', '_self'); close();",
            Self::Worker => "navigator.serviceWorker.register('/worker.js');",
            Self::Grow => "setInterval(() => document.body.append(document.createElement('p')), 1);",
        }
    }

    /// The worker's own script.
    pub(super) fn worker() -> Response {
        let body = "addEventListener('install', () => skipWaiting()); addEventListener('activate', (event) => event.waitUntil(clients.claim())); \
                    addEventListener('fetch', (event) => event.respondWith(new Promise(() => {})));";
        Response::script(body)
    }

    /// A page with what it does.
    pub(super) fn on(self, answer: Answer) -> Answer {
        let Answer::Whole(mut response) = answer else {
            return answer;
        };
        if self == Self::Download {
            return response
                .with("Content-Disposition", "attachment; filename=page.html")
                .into();
        }
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let script = format!("<script>{}</script></body>", self.script());
        response.body = text.replace("</body>", &script).into_bytes();
        response.into()
    }
}
