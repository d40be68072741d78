//! Which claim a page is about.

use crate::directory::{Application, Condition, Value};
use crate::server::portal::app_scene::AppScene;

/// The NameID, a new claim, or one by its place in the list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    NameId,
    New,
    At(usize),
}

impl Which {
    pub(crate) fn of(scene: &AppScene) -> Option<Self> {
        match scene.parameter("claim") {
            "name-id" => Some(Self::NameId),
            "new" => Some(Self::New),
            at => at
                .parse()
                .ok()
                .filter(|at| *at < scene.application().claims.len())
                .map(Self::At),
        }
    }

    pub(crate) fn path(self, scene: &AppScene, below: &str) -> String {
        let claim = match self {
            Self::NameId => "name-id".to_owned(),
            Self::New => "new".to_owned(),
            Self::At(at) => at.to_string(),
        };
        scene.within(&format!("single-sign-on/claims/{claim}{below}"))
    }

    /// The value and the conditions.
    pub(crate) fn parts(self, application: &mut Application) -> Option<(&mut Value, &mut Vec<Condition>)> {
        match self {
            Self::NameId => Some((
                &mut application.name_id.value,
                &mut application.name_id.conditions,
            )),
            Self::At(at) => {
                let claim = application.claims.get_mut(at)?;
                Some((&mut claim.value, &mut claim.conditions))
            }
            Self::New => None,
        }
    }

    pub(crate) fn conditions(self, application: &Application) -> &[Condition] {
        match self {
            Self::NameId => &application.name_id.conditions,
            Self::At(at) => application.claims.get(at).map_or(&[], |claim| &claim.conditions),
            Self::New => &[],
        }
    }

    pub(crate) fn title(self, application: &Application) -> String {
        match self {
            Self::NameId => "Unique User Identifier (Name ID)".to_owned(),
            Self::New => "New claim".to_owned(),
            Self::At(at) => application
                .claims
                .get(at)
                .map(|claim| claim.name.clone())
                .unwrap_or_default(),
        }
    }
}
