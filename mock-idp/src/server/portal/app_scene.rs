//! The same for the pages of one application.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use super::entry::{Entry, Failure};
use super::memory::Tracked as _;
use super::scene::Scene;
use crate::directory::Application;
use crate::server::idp::Idp;

/// A page of one application of a tenant.
pub(crate) struct AppScene {
    scene: Scene,
    at: usize,
}

impl Deref for AppScene {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl AppScene {
    pub(crate) fn application(&self) -> &Application {
        &self.tenant().applications[self.at]
    }

    /// A path of this application.
    pub(crate) fn within(&self, below: &str) -> String {
        let app_id = &self.application().app_id;
        match below {
            "" => self.path(&format!("applications/{app_id}")),
            below => self.path(&format!("applications/{app_id}/{below}")),
        }
    }

    /// 303 to a page of this application, which shows the notice.
    pub(crate) fn done(&self, below: &str, notice: &str) -> Response {
        self.scene.done(&self.within(below), notice)
    }

    /// The same, to any path of ours.
    pub(crate) fn scene_done(&self, path: &str, notice: &str) -> Response {
        self.scene.done(path, notice)
    }

    /// The page of the tenant that this one is.
    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Shows a form again after something was saved that it does not leave for: with what was typed, and the new mark.
    pub(crate) fn renewed(
        &self,
        entry: &mut Entry,
        show: impl FnOnce(&Self, &Entry) -> Response,
    ) -> Response {
        let found = self
            .anew()
            .and_then(|scene| Self::of(scene, &self.application().app_id).ok());
        match found {
            Some(scene) => {
                scene.memory.remember(scene.application());
                entry.set("revision", scene.application().mark());
                show(&scene, entry)
            }
            None => self.gone("The application"),
        }
    }

    /// What a form about this application begins with: the mark of what it shows.
    pub(crate) fn entry(&self) -> Entry {
        self.memory.remember(self.application());
        Entry::default().with("revision", self.application().mark())
    }

    /// Shows a form again that was not saved, with what was typed, the reason, and the mark that the application has now.
    pub(crate) fn again(
        &self,
        mut entry: Entry,
        failure: Failure,
        show: impl FnOnce(&Self, &Entry) -> Response,
    ) -> Response {
        let app_id = self.application().app_id.clone();
        if let Failure::Stale(_) = failure
            && let Some((_, application)) = self.idp.directory().application(&app_id)
        {
            entry.set("revision", application.mark());
        }
        self.scene.again(entry, failure, |scene, entry| {
            let found = scene.anew().and_then(|scene| Self::of(scene, &app_id).ok());
            match found {
                Some(scene) => {
                    scene.memory.remember(scene.application());
                    show(&scene, entry)
                }
                None => scene.gone("The application"),
            }
        })
    }

    /// The application with one of these ids; the scene again where there is none.
    fn of(scene: Scene, id: &str) -> Result<Self, Box<Scene>> {
        let applications = &scene.tenant().applications;
        let at = applications.iter().position(|known| {
            let ids = [&known.app_id, &known.object_id, &known.service_principal_id];
            ids.iter().any(|own| own.eq_ignore_ascii_case(id))
        });
        match at {
            Some(at) => Ok(Self { scene, at }),
            None => Err(Box::new(scene)),
        }
    }
}

impl FromRequestParts<Arc<Idp>> for AppScene {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Response> {
        let scene = Scene::from_request_parts(parts, idp).await?;
        let id = scene.parameter("app").to_owned();
        Self::of(scene, &id).map_err(|scene| scene.gone("That application"))
    }
}
