//! Many policies at once, and patterns of keys.

use super::{applied, applied_through_proxy, listed, plan, shown};
use crate::harness::{EMBEDDED, Repository};

/// The change is shown once for all policies that use the target.
#[test]
fn a_target_of_forty_policies() {
    let targets = |group: &str| format!("{EMBEDDED}targets:\n  pilot: {{ include: [{{ group: {group} }}] }}\n");
    let repo = Repository::new(&targets("SSPR Pilot"));
    for number in 1..=40 {
        let policy =
            format!("name: Policy {number:02}\nsettings: {{ AboveLock/AllowToasts: 0 }}\nassignments: pilot\n");
        repo.policy(&format!("p{number:02}"), &policy);
    }
    repo.apply().succeeds();
    repo.write("sspr-policy.yaml", &targets("SSPR Ring 2"));
    let plan = plan(&repo);
    let (first, rest) = plan.split_at(plan.find("  ~ p02").unwrap());
    let last = &rest[rest.find("  ~ p40").unwrap()..];
    insta::assert_snapshot!(format!("{first}  (37 more)\n\n{last}"), @r#"
      target pilot changed, for 40 profiles
          + assignment  include group SSPR Ring 2   310 devices
          - assignment  include group SSPR Pilot   24 devices

      ~ p01                          "Policy 01"   you changed the policy
          ~ assignments follow target pilot

      (37 more)

      ~ p40                          "Policy 40"   you changed the policy
          ~ assignments follow target pilot

    Reach: +310 devices (SSPR Ring 2), -24 devices (SSPR Pilot).
    Plan: 0 to add, 40 to change, 0 to delete; 0 unchanged, 7 not managed here.
    Nothing was changed.
    exit 0
    "#);
    let mut listed = listed(&repo);
    assert_eq!(shown(&repo, &listed).matches("/assign\n  include SSPR Ring 2\n").count(), 40);
    let (ran, mut sent) = applied_through_proxy(&repo);
    ran.succeeds();
    // Many at once, in any order.
    listed.sort_by_key(|(line, body)| format!("{line} {body}"));
    sent.sort_by_key(|(line, body)| format!("{line} {body}"));
    assert_eq!(sent, listed);
    repo.assert_converged();
}

#[test]
fn a_pattern_that_no_key_matches() {
    let repo = applied();
    insta::assert_snapshot!(repo.ran("plan --only lok").fails(), @"
    error: `--only lok` matches no key
    help: Did you mean lock?
    ");
    insta::assert_snapshot!(repo.ran("apply --auto-approve --only sspr/*").fails(), @"
    error: `--only sspr/*` matches no key
    help: a key is the path of a policy file below policies/, without .yaml
    ");
}
