//! What someone changed in the portal.

use serde_json::json;

use super::{LOCK, applied, converges, settings, with};
use crate::harness::{EMBEDDED, Graph, integer, text};

#[test]
fn nothing_changed() {
    insta::assert_snapshot!(applied().plan(), @"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

    Plan: nothing to do; 1 unchanged, 7 not managed here.
    exit 0
    ");
}

#[test]
fn a_value_here_and_a_value_there() {
    let repo = applied();
    repo.edit("lock", "AboveLock: Allowed", "AboveLock: Not allowed");
    settings(&repo, |settings| settings[1]["value"] = json!(0));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   you changed the policy, and someone changed this in Intune on [time]
          ~ AboveLock/AllowCortanaAboveLock [device]           Allowed (1) → Not allowed (0)
          ~ Start/HideLock [device]                            Do not hide (0) → Hide (1)

    Reach: 24 devices and 5,200 members as before (All Staff, SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn a_setting_that_somebody_added_in_the_portal() {
    let repo = applied();
    settings(&repo, |settings| settings.push(integer("AboveLock/AllowToasts", 0)));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          - AboveLock/AllowToasts [device]                     Not allowed (0)

    Reach: 24 devices and 5,200 members as before (All Staff, SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn a_setting_that_somebody_removed_in_the_portal() {
    let repo = applied();
    settings(&repo, |settings| drop(settings.pop()));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          + Start/HideLock [device]                            Hide (1)

    Reach: 24 devices and 5,200 members as before (All Staff, SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn another_spelling_of_an_address_in_the_portal() {
    let repo = applied();
    settings(&repo, |settings| {
        settings[1]["omaUri"] = json!("./Vendor/MSFT/Policy/Config/Start/HideLock");
    });
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          + Start/HideLock [device]                            Hide (1)
          - ./Vendor/MSFT/Policy/Config/Start/HideLock [device]   1

    Reach: 24 devices and 5,200 members as before (All Staff, SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn an_assignment_that_somebody_removed_in_the_portal() {
    let repo = applied();
    {
        let portal = repo.portal();
        let pilot =
            json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": portal.group("SSPR Pilot") });
        portal.assign(&portal.profile("Lock screen"), &[pilot]);
    }
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   someone changed this in Intune; apply will put it back
          + assignment  include group All Staff   5,200 members (the first 999 are users)
          + assignment  exclude group Kiosks   12 devices

    Reach: +5,200 members (All Staff), 24 devices as before (SSPR Pilot), 12 devices excluded from now
      on (Kiosks).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}

#[test]
fn an_unmanaged_description_is_kept() {
    let repo = applied();
    let described = |portal: &Graph| text(&portal.profile("Lock screen")["description"]);
    {
        let portal = repo.portal();
        let marker = described(&portal);
        portal.patch(&portal.profile("Lock screen"), json!({ "description": format!("Call Bob.\r\n\r\n{marker}") }));
    }
    repo.assert_converged();
    repo.edit("lock", "HideLock: Hide", "HideLock: 0");
    converges(&repo);
    let after = described(&repo.portal());
    assert!(after.starts_with("Call Bob.\n\nManaged by sspr-policy, do not edit: contoso lock ["), "{after}");
}

#[test]
fn what_is_no_longer_managed_is_reported_once() {
    let repo = with(EMBEDDED, &[("lock", &format!("{LOCK}description: Ours.\nscope_tags: [Service Desk]\n"))]);
    let before = repo.portal().profile("Lock screen");
    repo.policy("lock", LOCK.split("assignments:").next().unwrap());
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ lock                         "Lock screen"   you changed the policy
          ~ description: no longer managed, stays as it is: Ours.
          ~ assignments: no longer managed, stays as it is: include group All Staff, include group SSPR Pilot, exclude …
          ~ scope_tags: no longer managed, stays as it is: Service Desk

    Reach: 24 devices and 5,200 members as before (All Staff, SSPR Pilot).
    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
    let after = repo.portal().profile("Lock screen");
    for kept in ["omaSettings", "assignments", "roleScopeTagIds"] {
        assert_eq!(after[kept], before[kept]);
    }
    assert!(text(&after["description"]).starts_with("Ours.\n\nManaged by"));
}

/// A user right is a set of accounts, so another order is not a change.
#[test]
fn a_user_right_in_another_order() {
    const RIGHTS: &str = "\
name: Lock screen
settings:
  UserRights/AllowLocalLogOn: [Users, 'Contoso\\Helpdesk', Administrators]
assignments: { include: [] }
";
    let repo = with(EMBEDDED, &[("rights", RIGHTS)]);
    repo.edit(
        "rights",
        "[Users, 'Contoso\\Helpdesk', Administrators]",
        "[Administrators, Users, 'Contoso\\Helpdesk', Users]",
    );
    repo.assert_converged();
    settings(&repo, |settings| {
        settings[0]["value"] = json!("Contoso\\Helpdesk\u{f000}*S-1-5-32-545\u{f000}*S-1-5-32-544");
    });
    repo.assert_converged();
    settings(&repo, |settings| settings[0]["value"] = json!("*S-1-5-32-545\u{f000}*S-1-5-32-544"));
    insta::assert_snapshot!(repo.plan(), @r#"
    Environment sandbox   tenant sandbox (embedded, not your tenant)   owner contoso

      ~ rights                       "Lock screen"   someone changed this in Intune on [time]; apply will put it back
          ~ UserRights/AllowLocalLogOn [device]
              + Contoso\Helpdesk

    Plan: 0 to add, 1 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    converges(&repo);
}
