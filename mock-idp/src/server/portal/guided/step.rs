//! What the steps have in common: the progress, "Next" and "Back", and the drafts.

use axum::response::Response;
use maud::{Markup, html};

use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::memory::Tracked as _;
use crate::server::portal::scene::{Scene, see_other};

/// A step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Add,
    Users,
    Roles,
    SingleSignOn,
    Test,
}

const STEPS: [(Step, &str, &str); 5] = [
    (Step::Add, "add", "Add an application"),
    (Step::Users, "users", "Add users and groups"),
    (Step::Roles, "roles", "Assign roles"),
    (Step::SingleSignOn, "single-sign-on", "Set up single sign-on"),
    (Step::Test, "test", "Test single sign-on"),
];

impl Step {
    fn at(self) -> usize {
        STEPS
            .iter()
            .position(|(step, ..)| *step == self)
            .unwrap_or_default()
    }

    pub(crate) fn title(self) -> &'static str {
        STEPS[self.at()].2
    }

    pub(crate) fn path(self, scene: &AppScene) -> String {
        let app_id = &scene.application().app_id;
        scene.path(&format!("guided/{app_id}/{}", STEPS[self.at()].1))
    }

    fn beside(self, forward: bool) -> Self {
        let at = self.at();
        let beside = if forward { at + 1 } else { at.saturating_sub(1) };
        STEPS.get(beside).map_or(self, |(step, ..)| *step)
    }

    fn key(self, scene: &AppScene) -> String {
        let (browser, app_id) = (scene.browser.id(), &scene.application().app_id);
        format!("{browser} {app_id} {}", STEPS[self.at()].1)
    }

    /// What was typed here before it was left, or what the application has.
    pub(crate) fn entry(self, scene: &AppScene, fill: impl FnOnce(Entry) -> Entry) -> Entry {
        match scene.memory.drafted(&self.key(scene)) {
            Some(draft) => {
                scene.memory.remember(scene.application());
                let mut entry = Entry::from(draft);
                entry.set("revision", scene.application().mark());
                entry
            }
            None => fill(scene.entry()),
        }
    }

    /// "Back" keeps what was typed and goes; "Next" saves and goes; anything else shows the step again.
    pub(crate) fn leave(
        self,
        scene: &AppScene,
        entry: Entry,
        save: impl FnOnce(&Entry) -> Result<(), Failure>,
        show: fn(&AppScene, &Entry) -> Response,
    ) -> Response {
        if entry.text("go") == "back" {
            let typed: Vec<_> = entry
                .fields()
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "go" | "csrf"))
                .cloned()
                .collect();
            scene.memory.draft(&self.key(scene), &typed);
            return see_other(&self.beside(false).path(scene));
        }
        if entry.has("more") {
            return show(scene, &entry);
        }
        match save(&entry) {
            Ok(()) => {
                scene.memory.forget_draft(&self.key(scene));
                see_other(&self.beside(true).path(scene))
            }
            Err(failure) => scene.again(entry, failure, show),
        }
    }

    /// The page of the step.
    pub(crate) fn show(self, scene: &AppScene, content: &Markup) -> Response {
        let name = &scene.application().display_name;
        let content = html! {
            (progress(self, Some(scene)))
            p.muted { "Application: " strong { (name) } }
            (content)
        };
        scene.scene().show(Section::Guided, &[], self.title(), &content)
    }

    /// A form that "Next" and "Back" stand below.
    pub(crate) fn form(self, scene: &AppScene, entry: &Entry, fields: &Markup) -> Markup {
        let form = html! {
            (fields)
            div.ends {
                button type="submit" name="go" value="next" { "Next" }
                @if self != Step::Add { button.quiet type="submit" name="go" value="back" { "Back" } }
            }
        };
        field::form(scene, &self.path(scene), entry, &form)
    }
}

/// Where in the flow a page is; the steps of an application that is there can be gone to.
pub(crate) fn progress(current: Step, scene: Option<&AppScene>) -> Markup {
    html! {
        nav aria-label="Steps" {
            ol.progress {
                @for (step, _, title) in STEPS {
                    li aria-current=[(step == current).then_some("step")] {
                        @match scene.filter(|_| step != current) {
                            Some(scene) => a href=(step.path(scene)) { (title) },
                            None => (title),
                        }
                    }
                }
            }
        }
    }
}

/// The first page, before there is an application.
pub(crate) fn first(scene: &Scene, content: &Markup) -> Response {
    let content = html! { (progress(Step::Add, None)) (content) };
    scene.show(Section::Guided, &[], Step::Add.title(), &content)
}
