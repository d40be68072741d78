//! A directory as rows, and back.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};
use saml::key::SigningKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::directory::{Application, Directory, Group, Keys, Policy, Tenant, User};
use crate::gallery::Template;

/// Kind, tenant and id of a thing, to the JSON that says what it is.
pub(super) type Rows = BTreeMap<(&'static str, String, String), String>;

const TENANT: &str = "tenant";
const USER: &str = "user";
const GROUP: &str = "group";
const APPLICATION: &str = "application";
const POLICY: &str = "policy";
/// Belongs to no tenant.
const TEMPLATE: &str = "template";
const KINDS: [&str; 6] = [TENANT, USER, GROUP, APPLICATION, POLICY, TEMPLATE];

/// What a tenant is beside the things in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantRow {
    domain: String,
    domains: Vec<String>,
    display_name: String,
    country: String,
    /// Thumbprints.
    k1: String,
    k2: String,
}

/// Why rows are no directory.
pub(super) enum ReadError {
    Sqlite(rusqlite::Error),
    Content(String),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The rows of a directory.
pub(super) fn of(directory: &Directory) -> Rows {
    let mut rows = Rows::new();
    let mut put = |kind, tenant: &Tenant, id: &str, body: String| {
        rows.insert((kind, tenant.id.clone(), id.to_owned()), body);
    };
    for tenant in &directory.tenants {
        let own = TenantRow {
            domain: tenant.domain.clone(),
            domains: tenant.domains.clone(),
            display_name: tenant.display_name.clone(),
            country: tenant.country.clone(),
            k1: thumbprint(&tenant.keys.k1),
            k2: thumbprint(&tenant.keys.k2),
        };
        put(TENANT, tenant, &tenant.id, json(&own));
        for user in &tenant.users {
            put(USER, tenant, &user.object_id, json(user));
        }
        for group in &tenant.groups {
            put(GROUP, tenant, &group.object_id, json(group));
        }
        for application in &tenant.applications {
            put(APPLICATION, tenant, &application.app_id, json(application));
        }
        for policy in &tenant.policies {
            put(POLICY, tenant, &policy.id, json(policy));
        }
    }
    for template in &directory.templates {
        rows.insert((TEMPLATE, String::new(), template.id.clone()), json(template));
    }
    rows
}

/// Writes what differs, within a transaction that is under way.
pub(super) fn write(
    connection: &Connection,
    before: &Rows,
    after: &Rows,
    directory: &Directory,
) -> rusqlite::Result<()> {
    let mut delete = connection.prepare("DELETE FROM thing WHERE kind = ?1 AND tenant = ?2 AND id = ?3")?;
    for (kind, tenant, id) in before.keys().filter(|key| !after.contains_key(*key)) {
        delete.execute(params![kind, tenant, id])?;
    }
    // An update keeps the row's place: things come back in the order in which they were made.
    let mut put = connection.prepare(
        "INSERT INTO thing (kind, tenant, id, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, tenant, id) DO UPDATE SET body = excluded.body",
    )?;
    for (kind, tenant, id) in in_order(directory) {
        let key = (kind, tenant.to_owned(), id.to_owned());
        let body = after.get(&key);
        if let Some(body) = body.filter(|body| before.get(&key) != Some(body)) {
            put.execute(params![kind, tenant, id, body])?;
        }
    }
    write_keys(connection, directory)
}

fn in_order(directory: &Directory) -> Vec<(&'static str, &str, &str)> {
    let mut all = Vec::new();
    for tenant in &directory.tenants {
        let of = tenant.id.as_str();
        all.push((TENANT, of, of));
        all.extend(
            tenant
                .users
                .iter()
                .map(|user| (USER, of, user.object_id.as_str())),
        );
        all.extend(
            tenant
                .groups
                .iter()
                .map(|group| (GROUP, of, group.object_id.as_str())),
        );
        all.extend(
            tenant
                .applications
                .iter()
                .map(|known| (APPLICATION, of, known.app_id.as_str())),
        );
        all.extend(
            tenant
                .policies
                .iter()
                .map(|policy| (POLICY, of, policy.id.as_str())),
        );
    }
    all.extend(
        directory
            .templates
            .iter()
            .map(|template| (TEMPLATE, "", template.id.as_str())),
    );
    all
}

fn write_keys(connection: &Connection, directory: &Directory) -> rusqlite::Result<()> {
    let held: HashMap<String, &SigningKey> = keys(directory).map(|key| (thumbprint(key), key)).collect();
    let mut known = connection.prepare("SELECT thumbprint FROM secret")?;
    let known = known
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<std::collections::HashSet<String>>>()?;
    for gone in known.iter().filter(|thumbprint| !held.contains_key(*thumbprint)) {
        connection.execute("DELETE FROM secret WHERE thumbprint = ?1", params![gone])?;
    }
    for (thumbprint, key) in held.iter().filter(|(thumbprint, _)| !known.contains(*thumbprint)) {
        let (private, certificate) = key
            .to_pem()
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        connection.execute(
            "INSERT INTO secret (thumbprint, private, certificate) VALUES (?1, ?2, ?3)",
            params![thumbprint, private, certificate],
        )?;
    }
    Ok(())
}

fn keys(directory: &Directory) -> impl Iterator<Item = &SigningKey> {
    directory.tenants.iter().flat_map(|tenant| {
        let own = [&tenant.keys.k1, &tenant.keys.k2].into_iter();
        let certificates = tenant.applications.iter().flat_map(|known| &known.certificates);
        own.chain(certificates.filter_map(|certificate| certificate.key.as_ref()))
    })
}

/// The directory in the tables. `held` are keys that are in memory already.
pub(super) fn read(
    connection: &Connection,
    held: &mut HashMap<String, SigningKey>,
) -> Result<(Rows, Directory), ReadError> {
    read_keys(connection, held)?;
    let mut rows = Rows::new();
    let mut directory = Directory {
        tenants: Vec::new(),
        templates: Vec::new(),
    };
    let mut statement = connection.prepare("SELECT kind, tenant, id, body FROM thing ORDER BY rowid")?;
    let things = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
        ))
    })?;
    for thing in things {
        let (kind, tenant, id, body) = thing?;
        let kind = KINDS.into_iter().find(|known| *known == kind);
        let kind = kind.ok_or_else(|| ReadError::Content(format!("a thing of an unknown kind, {id}")))?;
        put(&mut directory, held, kind, &tenant, &id, &body).map_err(ReadError::Content)?;
        rows.insert((kind, tenant, id), body);
    }
    if directory.tenants.is_empty() {
        return Err(ReadError::Content("it has no tenant".to_owned()));
    }
    Ok((rows, directory))
}

fn put(
    directory: &mut Directory,
    held: &HashMap<String, SigningKey>,
    kind: &str,
    tenant_id: &str,
    id: &str,
    body: &str,
) -> Result<(), String> {
    let key = |thumbprint: &str| {
        let key = held.get(thumbprint).cloned();
        key.ok_or_else(|| format!("the key {thumbprint} is missing"))
    };
    if kind == TENANT {
        let row: TenantRow = parse(kind, id, body)?;
        directory.tenants.push(Tenant {
            id: id.to_owned(),
            keys: Keys::new(key(&row.k1)?, key(&row.k2)?),
            domain: row.domain,
            domains: row.domains,
            display_name: row.display_name,
            country: row.country,
            users: Vec::new(),
            groups: Vec::new(),
            applications: Vec::new(),
            policies: Vec::new(),
            artifact_resolution: false,
        });
        return Ok(());
    }
    if kind == TEMPLATE {
        directory.templates.push(parse::<Template>(kind, id, body)?);
        return Ok(());
    }
    let tenant = directory.tenants.iter_mut().find(|tenant| tenant.id == tenant_id);
    let tenant = tenant.ok_or_else(|| format!("the {kind} {id} belongs to no tenant"))?;
    match kind {
        USER => tenant.users.push(parse::<User>(kind, id, body)?),
        GROUP => tenant.groups.push(parse::<Group>(kind, id, body)?),
        POLICY => tenant.policies.push(parse::<Policy>(kind, id, body)?),
        _ => {
            let mut application: Application = parse(kind, id, body)?;
            for certificate in &mut application.certificates {
                certificate.key = held.get(&certificate.certificate.thumbprint_sha1()).cloned();
            }
            tenant.applications.push(application);
        }
    }
    Ok(())
}

fn read_keys(connection: &Connection, held: &mut HashMap<String, SigningKey>) -> Result<(), ReadError> {
    let mut statement = connection.prepare("SELECT thumbprint, private, certificate FROM secret")?;
    let secrets = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(String, String, String)>>>()?;
    held.retain(|known, _| secrets.iter().any(|(thumbprint, ..)| thumbprint == known));
    for (thumbprint, private, certificate) in secrets {
        if held.contains_key(&thumbprint) {
            continue;
        }
        let damaged = |why: &str| ReadError::Content(format!("the key {thumbprint} {why}"));
        let key = SigningKey::from_pem(&private, &certificate)
            .map_err(|error| damaged(&format!("cannot be read: {error}")))?;
        if !key.private().public_eq(&key.certificate().public_key()) {
            return Err(damaged("does not belong to its certificate"));
        }
        held.insert(thumbprint, key);
    }
    Ok(())
}

fn thumbprint(key: &SigningKey) -> String {
    key.certificate().thumbprint_sha1()
}

fn json<T: Serialize>(thing: &T) -> String {
    serde_json::to_string(thing).expect("everything in the directory has string keys only")
}

fn parse<T: DeserializeOwned>(kind: &str, id: &str, body: &str) -> Result<T, String> {
    serde_json::from_str(body)
        .map_err(|error| format!("the {kind} {id} is not what was written there: {error}"))
}
