//! "Single sign-on" of an application: the method, the five cards, and the page behind each pencil.

mod addresses;
mod advanced;
mod basic;
mod cards;
mod certificate_list;
mod certificates;
mod claim;
mod claim_change;
mod claims;
mod condition;
mod downloads;
mod encryption;
mod functions;
mod groups;
mod metadata;
mod method;
mod transformation;
mod value;
mod verification;
mod which_claim;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use addresses::addresses;
pub(crate) use basic::{fill as fill_addresses, take as take_addresses};
pub(crate) use cards::{handover, test_path};

use crate::server::idp::Idp;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    let at = |below: &str| format!("/{{tenant}}/applications/{{app}}/{below}");
    let sso = |below: &str| at(&format!("single-sign-on/{below}"));
    Router::new()
        .route(&at("single-sign-on"), get(method::front))
        .route(&sso("method"), get(method::show).post(method::select))
        .route(&sso("linked"), post(method::link))
        .route(&sso("basic"), get(basic::show).post(basic::save))
        .route(&sso("metadata"), get(metadata::show).post(metadata::upload))
        .route(&sso("claims"), get(claims::show))
        .route(&sso("claims/groups"), get(groups::show).post(groups::save))
        .route(&sso("claims/advanced"), get(advanced::show).post(advanced::save))
        .route(&sso("claims/{claim}"), get(claim::show).post(claim::save))
        .route(&sso("claims/{claim}/delete"), post(claims::delete))
        .route(
            &sso("claims/{claim}/conditions/{number}"),
            get(condition::show).post(condition::save),
        )
        .route(
            &sso("claims/{claim}/conditions/{number}/delete"),
            post(condition::delete),
        )
        .route(
            &sso("certificates"),
            get(certificates::show).post(certificates::save),
        )
        .route(&sso("certificates/new"), post(certificates::create))
        .route(&sso("certificates/import"), post(certificates::import))
        .route(&sso("certificates/{key}/activate"), post(certificates::activate))
        .route(&sso("certificates/{key}/delete"), post(certificates::delete))
        .route(&sso("certificates/{key}/{form}"), get(downloads::certificate))
        .route(&sso("federation-metadata.xml"), get(downloads::metadata))
        .route(
            &sso("verification"),
            get(verification::show).post(verification::save),
        )
        .route(&sso("verification/upload"), post(verification::upload))
        .route(&sso("verification/{key}/delete"), post(verification::delete))
        .route(&at("token-encryption"), get(encryption::show))
        .route(&at("token-encryption/import"), post(encryption::import))
        .route(&at("token-encryption/{key}/{change}"), post(encryption::change))
}
