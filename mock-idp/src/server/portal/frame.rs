//! The page around every page: banner, navigation, the way back, the notice.

use axum::response::Response;
use maud::{Markup, html};

use super::app_scene::AppScene;
use super::document::document;
use super::scene::Scene;
use crate::directory::Application;

/// Where a page stands in the tenant's navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Applications,
    Users,
    Groups,
    Roles,
    Guided,
    Transfer,
}

/// Where a page stands in an application's navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppSection {
    Overview,
    Properties,
    Assignments,
    SingleSignOn,
    AppRoles,
    Encryption,
}

/// Section, path, words, and the words of the list below it.
const SECTIONS: [(Section, &str, &str, &str); 7] = [
    (Section::Overview, "", "Overview", ""),
    (
        Section::Applications,
        "applications",
        "Enterprise applications",
        "All applications",
    ),
    (Section::Users, "users", "Users", "All users"),
    (Section::Groups, "groups", "Groups", "All groups"),
    (Section::Roles, "roles", "Roles and administrators", ""),
    (Section::Guided, "guided", "Guided setup", ""),
    (Section::Transfer, "transfer", "Export and import", ""),
];

const APP_SECTIONS: [(AppSection, &str, &str); 6] = [
    (AppSection::Overview, "", "Overview"),
    (AppSection::Properties, "properties", "Properties"),
    (AppSection::Assignments, "users-and-groups", "Users and groups"),
    (AppSection::SingleSignOn, "single-sign-on", "Single sign-on"),
    (AppSection::AppRoles, "app-roles", "App roles"),
    (AppSection::Encryption, "token-encryption", "Token encryption"),
];

/// The pages between the section and this one: path and words.
pub(crate) type Trail<'a> = &'a [(String, &'a str)];

impl Scene {
    /// A page of the tenant.
    pub(crate) fn show(&self, section: Section, trail: Trail<'_>, title: &str, content: &Markup) -> Response {
        let crumbs = self.crumbs(section, title);
        let body = html! {
            (crumb_list(&crumbs, trail, title))
            (self.told())
            h1 { (title) }
            (content)
        };
        self.framed(section, title, &body)
    }

    fn told(&self) -> Markup {
        html! { @if let Some(notice) = &self.notice { div.notice role="status" { p { (notice) } } } }
    }

    fn crumbs(&self, section: Section, title: &str) -> Vec<(String, String)> {
        let home = (self.path(""), self.tenant().display_name.clone());
        let own = SECTIONS.iter().find(|(known, _, words, _)| {
            *known == section && section != Section::Overview && *words != title
        });
        let own = own.map(|(_, path, words, _)| (self.path(path), (*words).to_owned()));
        std::iter::once(home).chain(own).collect()
    }

    fn framed(&self, section: Section, title: &str, body: &Markup) -> Response {
        let navigation = html! {
            nav.side aria-label="Directory" {
                a.service href=(self.path("")) { "Azure Active Directory" }
                ul {
                    @for (known, path, words, below) in SECTIONS {
                        @let here = known == section;
                        li {
                            a href=(self.path(path)) aria-current=[here.then_some("true")] { (words) }
                            @if here && !below.is_empty() {
                                ul { li { a href=(self.path(path)) { (below) } } }
                            }
                        }
                        @if known == Section::Roles {
                            li { a href=(self.path("sign-ins")) { "Sign-in logs" } }
                        }
                    }
                }
            }
        };
        document(
            title,
            &html! { (self.bar()) div.columns { (navigation) main #main tabindex="-1" { (body) } } },
        )
    }

    fn bar(&self) -> Markup {
        html! {
            header.bar {
                a.home href="/portal" { "Directory portal" }
                nav.tenants aria-label="Tenant" {
                    @for tenant in &self.directory.tenants {
                        @let here = tenant.id == self.tenant().id;
                        a href={ "/portal/" (crate::server::page::path_segment(&tenant.domain)) } aria-current=[here.then_some("true")] { (tenant.display_name) }
                    }
                }
                a href="/myapps" { "My Apps" }
            }
        }
    }
}

impl AppScene {
    /// A page of the application.
    pub(crate) fn show(
        &self,
        section: AppSection,
        trail: Trail<'_>,
        title: &str,
        content: &Markup,
    ) -> Response {
        let application = self.application();
        let mut crumbs = self.crumbs(Section::Applications, title);
        crumbs.push((self.within(""), application.display_name.clone()));
        let own = APP_SECTIONS.iter().find(|(known, _, words)| {
            *known == section && section != AppSection::Overview && *words != title
        });
        crumbs.extend(own.map(|(_, path, words)| (self.within(path), (*words).to_owned())));
        let body = html! {
            (crumb_list(&crumbs, trail, title))
            div.blade {
                (self.manage(application, section))
                div.content { (self.told()) h1 { (title) } (content) }
            }
        };
        self.framed(
            Section::Applications,
            &format!("{title} – {}", application.display_name),
            &body,
        )
    }

    fn manage(&self, application: &Application, section: AppSection) -> Markup {
        let link = |(known, path, words): &(AppSection, &str, &str)| {
            let here = (*known == section).then_some("true");
            html! { li { a href=(self.within(path)) aria-current=[here] { (words) } } }
        };
        html! {
            nav.manage aria-labelledby="blade-name" {
                p.name #blade-name { (application.display_name) }
                ul { (link(&APP_SECTIONS[0])) }
                h2 { "Manage" }
                ul { @for section in &APP_SECTIONS[1..5] { (link(section)) } }
                h2 { "Security" }
                ul { (link(&APP_SECTIONS[5])) }
                h2 { "Activity" }
                ul { li { a href=(self.path(&format!("sign-ins?app={}", application.app_id))) { "Sign-in logs" } } }
            }
        }
    }
}

fn crumb_list(crumbs: &[(String, String)], trail: Trail<'_>, title: &str) -> Markup {
    html! {
        nav.crumbs aria-label="Breadcrumb" {
            ol {
                @for (path, words) in crumbs { li { a href=(path) { (words) } } }
                @for (path, words) in trail { li { a href=(path) { (words) } } }
                li aria-current="page" { (title) }
            }
        }
    }
}
