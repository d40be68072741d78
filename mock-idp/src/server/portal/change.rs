//! Every change that the portal makes: checked against Azure's rules, against what others did meanwhile, and kept or not made.

use super::app_scene::AppScene;
use super::entry::{Entry, Failure};
use super::memory::{Memory, Tracked};
use super::scene::Scene;
use crate::ChangeError;
use crate::directory::{Application, Directory, Group, Tenant, User};

/// Changes the whole directory.
pub(crate) fn directory<T>(
    scene: &Scene,
    change: impl FnOnce(&mut Directory) -> Result<T, Failure>,
) -> Result<T, Failure> {
    scene.idp.directory.change(change).map_err(|error| match error {
        ChangeError::Refused(failure) => failure,
        ChangeError::NotKept(error) => Failure::NotKept(error.to_string()),
    })
}

/// Changes the tenant.
pub(crate) fn tenant<T>(
    scene: &Scene,
    change: impl FnOnce(&mut Tenant) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let id = &scene.tenant().id;
    directory(scene, |directory| {
        let found = directory.tenants.iter_mut().find(|tenant| &tenant.id == id);
        change(found.ok_or(Failure::Gone)?)
    })
}

/// Changes the application, unless the form shows an older one.
pub(crate) fn application<T>(
    scene: &AppScene,
    entry: &Entry,
    change: impl FnOnce(&mut Application, &Tenant) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let app_id = &scene.application().app_id;
    tenant(scene, |tenant| {
        let mut edited = tenant.application_by_id(app_id).ok_or(Failure::Gone)?.clone();
        fresh(&scene.memory, entry, &edited)?;
        let value = change(&mut edited, tenant)?;
        tenant.check_application(&edited)?;
        *tenant.application_by_id_mut(app_id).ok_or(Failure::Gone)? = edited;
        Ok(value)
    })
}

/// Deletes the application, unless the form shows an older one.
pub(crate) fn delete_application(scene: &AppScene, entry: &Entry) -> Result<(), Failure> {
    let app_id = &scene.application().app_id;
    tenant(scene, |tenant| {
        let known = tenant.application_by_id(app_id).ok_or(Failure::Gone)?;
        fresh(&scene.memory, entry, known)?;
        tenant.applications.retain(|known| &known.app_id != app_id);
        Ok(())
    })
}

/// Changes a user, unless the form shows an older one.
pub(crate) fn user<T>(
    scene: &Scene,
    id: &str,
    entry: &Entry,
    change: impl FnOnce(&mut User) -> Result<T, Failure>,
) -> Result<T, Failure> {
    tenant(scene, |tenant| {
        let mut edited = tenant.user_by_id(id).ok_or(Failure::Gone)?.clone();
        fresh(&scene.memory, entry, &edited)?;
        let value = change(&mut edited)?;
        tenant.check_user(&edited)?;
        let known = tenant
            .users
            .iter_mut()
            .find(|user| user.object_id == edited.object_id);
        *known.ok_or(Failure::Gone)? = edited;
        Ok(value)
    })
}

/// Deletes a user, and takes them out of groups and assignments, unless the form shows an older one.
pub(crate) fn delete_user(scene: &Scene, id: &str, entry: &Entry) -> Result<(), Failure> {
    tenant(scene, |tenant| {
        let known = tenant.user_by_id(id).ok_or(Failure::Gone)?;
        fresh(&scene.memory, entry, known)?;
        let gone = known.object_id.clone();
        tenant.users.retain(|user| user.object_id != gone);
        tenant.forget(&gone);
        Ok(())
    })
}

/// Changes a group, unless the form shows an older one.
pub(crate) fn group<T>(
    scene: &Scene,
    id: &str,
    entry: &Entry,
    change: impl FnOnce(&mut Group) -> Result<T, Failure>,
) -> Result<T, Failure> {
    tenant(scene, |tenant| {
        let known = tenant
            .groups
            .iter_mut()
            .find(|group| group.object_id.eq_ignore_ascii_case(id));
        let known = known.ok_or(Failure::Gone)?;
        fresh(&scene.memory, entry, known)?;
        change(known)
    })
}

/// Deletes a group, and takes it out of groups and assignments, unless the form shows an older one.
pub(crate) fn delete_group(scene: &Scene, id: &str, entry: &Entry) -> Result<(), Failure> {
    tenant(scene, |tenant| {
        let known = tenant.group(id).ok_or(Failure::Gone)?;
        fresh(&scene.memory, entry, known)?;
        let gone = known.object_id.clone();
        tenant.groups.retain(|group| group.object_id != gone);
        tenant.forget(&gone);
        Ok(())
    })
}

/// A form without a mark adds or removes one thing by its id, and is never too late.
fn fresh(memory: &Memory, entry: &Entry, thing: &impl Tracked) -> Result<(), Failure> {
    let mark = entry.text("revision");
    match mark.is_empty() || mark == thing.mark() {
        true => Ok(()),
        false => Err(Failure::Stale(memory.changes(thing, mark))),
    }
}
