//! `samlitmus gallery add`: a configured application of a template.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_idp::{
    Application, Directory, Tenant,
    directory::Principal,
    gallery::{Configured, FieldName, Initiation, Template},
};

use super::{args::AddArgs, open::open, show};
use crate::{
    cli::{
        output::{Mistake, print},
        settled::Settled,
    },
    exit::Exit,
};

pub(super) fn add(args: &AddArgs) -> anyhow::Result<Exit> {
    let settled = Settled::of(&args.setup)?;
    let shared = open(&settled)?;
    let template = meant(&shared.read(), args)?;
    let configured = configured(&template, &values(args))?;
    let mut application = configured.application(Timestamp::now())?;
    if template.pre_integrated && shared.read().template(&args.name).is_none() {
        application.template = None;
    }
    let (tenant, application) = shared
        .change(|directory| put(directory, args, application))
        .map_err(|error| Mistake(error.to_string()))?;
    print(&told(&settled.origin(), &tenant, &application, &configured))
}

/// The template that is meant; with Identifier and Reply URL, one that says nothing for an application that has none.
fn meant(directory: &Directory, args: &AddArgs) -> Result<Template, Mistake> {
    match show::find(directory, &args.name) {
        Ok(template) => Ok(template),
        Err(_) if !args.identifier.is_empty() && !args.reply_url.is_empty() => Ok(Template {
            pre_integrated: true,
            ..Template::new(&args.name, Initiation::Both)
        }),
        Err(Mistake(why)) => Err(Mistake(format!(
            "{why}; an application that is in no gallery takes both --identifier and --reply-url"
        ))),
    }
}

/// What was given, by name.
fn values(args: &AddArgs) -> Vec<(String, String)> {
    let named = |name: &str, values: &[String]| -> Vec<(String, String)> {
        values
            .iter()
            .map(|value| (name.to_owned(), value.clone()))
            .collect()
    };
    let own = [
        named(FieldName::Identifier.key(), &args.identifier),
        named(FieldName::ReplyUrl.key(), &args.reply_url),
    ];
    own.concat().into_iter().chain(args.set.iter().cloned()).collect()
}

fn configured(template: &Template, set: &[(String, String)]) -> Result<Configured, Mistake> {
    // The same name again adds a value: an application may have several Reply URLs.
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in set {
        let all = values.entry(name.clone()).or_default();
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(value);
    }
    template
        .configure(&values)
        .map_err(|error| Mistake(format!("{} is not added: {error}", template.id)))
}

/// Puts it into the tenant, with who may use it.
fn put(
    directory: &mut Directory,
    args: &AddArgs,
    mut application: Application,
) -> Result<(Tenant, Application), Mistake> {
    let domains: Vec<_> = directory
        .tenants
        .iter()
        .map(|tenant| tenant.domain.clone())
        .collect();
    let tenant = match &args.tenant {
        Some(name) => directory.tenant_mut(name).ok_or_else(|| {
            Mistake(format!(
                "there is no tenant {name:?}; there are {}",
                domains.join(", ")
            ))
        })?,
        None => directory
            .tenants
            .first_mut()
            .ok_or_else(|| Mistake("the directory has no tenant; run samlitmus idp --reset".to_owned()))?,
    };
    tenant
        .check_application(&application)
        .map_err(|rule| Mistake(rule.to_string()))?;
    application.assignment_required = !args.everyone;
    let id = application.app_id.clone();
    tenant.applications.push(application);
    for account in &args.assign {
        let user = tenant.account(account).or_else(|| tenant.user(account));
        let user = user.map(|user| user.object_id.clone()).ok_or_else(|| {
            Mistake(format!(
                "{} has no user {account:?}; write the account name, as in B.Simon@{}",
                tenant.domain, tenant.domain
            ))
        })?;
        let assigned = tenant.assign(&id, Principal::User(user), None);
        assigned.ok_or_else(|| Mistake(format!("{account:?} cannot be assigned")))?;
    }
    let known = tenant.application_by_id(&id).cloned();
    let application = known.ok_or_else(|| Mistake("the application is not kept".to_owned()))?;
    Ok((tenant.clone(), application))
}

fn told(origin: &str, tenant: &Tenant, application: &Application, configured: &Configured) -> String {
    let mut lines = vec![
        format!(
            "{}  application id {}",
            application.display_name, application.app_id
        ),
        format!("  tenant       {}", tenant.domain),
    ];
    let mut line = |name: &str, value: &str| lines.push(format!("  {name:<12} {value}"));
    for identifier in &application.identifiers {
        line("identifier", identifier);
    }
    for reply in &application.reply_urls {
        line("reply URL", &reply.url);
    }
    let optional = [
        ("sign-on URL", &application.sign_on_url),
        ("relay state", &application.relay_state),
        ("logout URL", &application.logout_url),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            line(name, value);
        }
    }
    let (id, app) = (&tenant.id, &application.app_id);
    line("login URL", &format!("{origin}/{id}/saml2"));
    line(
        "metadata",
        &format!("{origin}/{id}/federationmetadata/2007-06/federationmetadata.xml?appid={app}"),
    );
    if configured.encrypted {
        line(
            "encryption",
            "upload the service provider's certificate to switch it on",
        );
    }
    if application.assignment_required && application.assignments.is_empty() {
        line("users", "nobody is assigned yet (--assign USER, or --everyone)");
    }
    lines.join("\n") + "\n"
}
