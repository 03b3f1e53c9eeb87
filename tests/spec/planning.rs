//! Planning with the library: nothing is printed, no process is started, and a loop can plan many environments.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use jiff::civil::{Date, date};
use sspr_policy::apply::{ApplyRequest, Ended, Stop, WriteSession, prepare};
use sspr_policy::failure::Failure;
use sspr_policy::plan::{ActionWord, Counts, PlanDocument, SettingLine};
use sspr_policy::planning::{PlanRequest, connection, plan};
use sspr_policy::policy::{Cloud, Trust, UntrustedServers};
use sspr_policy::repository::Repository;
use sspr_policy::sandbox::{Running, Sandbox, SandboxOptions, TENANT_ID};
use sspr_policy::session::{Connection, Prompt, Purpose, Servers, Session};
use tokio::sync::watch;

const POLICY: &str = "\
name: Lock screen
settings:
  DeviceLock/MaxInactivityTimeDeviceLock: ${var:minutes}
assignments: { include: [{ all: devices }] }
";

/// No waiver in these tests ends on this day.
fn today() -> Date {
    date(2026, 11, 26)
}

/// Runs asynchronous code of a test, as the command line does.
fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// A repository with one policy and these environments.
fn repository(environments: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let configuration = format!("owner: contoso\ndefault: lab\nenvironments:\n{environments}");
    fs::write(folder.path().join("sspr-policy.yaml"), configuration).unwrap();
    fs::create_dir(folder.path().join("policies")).unwrap();
    fs::write(folder.path().join("policies/lock.yaml"), POLICY).unwrap();
    folder
}

/// A separate sandbox, served on a free port.
async fn served(folder: &Path) -> Running {
    let sandbox = Sandbox::open(folder, SandboxOptions::default()).unwrap();
    sandbox.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap()
}

async fn planned(repository: Repository, name: &str) -> PlanDocument {
    let (_, environment) = repository.environment(Some(name)).unwrap();
    let connection = connection(&repository, environment);
    let session = Session::open(&connection, Purpose::Plan, Prompt::NOBODY).await.unwrap();
    let planned = plan(&session, repository, name, &PlanRequest::whole(today())).await.unwrap();
    session.close().await.unwrap();
    planned.document
}

/// The addresses and values that would be written.
fn written<'a>(document: &'a PlanDocument) -> Vec<(&'a str, &'a str)> {
    let value = |line: &'a SettingLine| line.after.as_ref().unwrap().text.as_deref().unwrap();
    let settings = document.changes.iter().flat_map(|change| &change.settings);
    settings.map(|line| (line.uri.as_str(), value(line))).collect()
}

#[test]
fn the_library_can_plan_without_the_command_line() {
    let folder = repository("  lab: { tenant: sandbox, variables: { minutes: 15 } }\n");
    let repository = Repository::open(folder.path()).unwrap();
    let document = run(planned(repository, "lab"));
    assert_eq!((document.environment.as_str(), document.owner.as_str()), ("lab", "contoso"));
    assert_eq!((document.sandbox, document.tenant.id.as_str()), (true, TENANT_ID));
    let changes: Vec<_> =
        document.changes.iter().map(|change| (change.key.as_str(), change.name.as_str(), change.action)).collect();
    assert_eq!(changes, [("lock", "Lock screen", ActionWord::Create)]);
    assert_eq!(
        written(&document),
        [("./Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLock", "15")]
    );
    assert_eq!(
        document.changes[0].assignments.iter().map(|line| line.words()).collect::<Vec<_>>(),
        ["include all devices"]
    );
    assert!(!document.has_errors());
}

#[test]
fn a_loop_plans_many_environments() {
    let elsewhere = tempfile::tempdir().unwrap();
    run(async {
        let running = served(elsewhere.path()).await;
        let folder = repository(&format!(
            "  lab: {{ tenant: sandbox, variables: {{ minutes: 15 }} }}\n  \
             rehearsal: {{ tenant: {TENANT_ID}, graph_url: {}, auth: {{ method: token }}, variables: {{ minutes: 5 }} }}\n",
            running.url()
        ));
        let repository = Repository::open(folder.path()).unwrap();
        let mut seen = Vec::new();
        for name in repository.configuration.environments.keys() {
            let document = planned(repository.clone(), name).await;
            let minutes = written(&document)[0].1.to_string();
            seen.push((document.environment, minutes));
        }
        assert_eq!(seen, [("lab".to_string(), "15".to_string()), ("rehearsal".into(), "5".into())]);
        running.stop().await.unwrap();
    });
}

/// Plans the policies of a folder again, and applies this if it is what was approved.
async fn applied(folder: &Path, approved: &PlanDocument) -> Result<(Counts, Ended), Failure> {
    let repository = Repository::open(folder).unwrap();
    let (_, environment) = repository.environment(Some("lab")).unwrap();
    let writing = WriteSession::open(&repository, environment, Prompt::NOBODY).await.unwrap();
    let request = ApplyRequest { approved: Some(approved), only: None, override_limits: false, today: today() };
    let ended = match prepare(&writing, repository, "lab", &request, |_| {}).await {
        Ok(prepared) => {
            let (_asked, stop) = watch::channel(Stop::No);
            Ok(prepared.carry_out(&writing, "for a test", stop, &|_| {}).await)
        }
        Err(failure) => Err(failure),
    };
    writing.session.close().await.unwrap();
    ended
}

#[test]
fn the_library_can_apply_an_approved_plan() {
    let folder = repository("  lab: { tenant: sandbox, variables: { minutes: 15 } }\n");
    run(async {
        let approved = planned(Repository::open(folder.path()).unwrap(), "lab").await;
        fs::write(folder.path().join("policies/lock.yaml"), POLICY.replace("${var:minutes}", "5")).unwrap();
        let Err(Failure::Message(refused, _)) = applied(folder.path(), &approved).await else {
            panic!("another plan was applied");
        };
        assert_eq!(
            refused,
            "the saved plan no longer matches what apply would do; nothing was changed\n  \
             lock: the change differs from the approved one"
        );
        fs::write(folder.path().join("policies/lock.yaml"), POLICY).unwrap();
        let done = Counts { done: 1, ..Counts::default() };
        assert_eq!(applied(folder.path(), &approved).await.unwrap(), (done, Ended::Done));
        assert!(planned(Repository::open(folder.path()).unwrap(), "lab").await.changes.is_empty());
    });
}

/// A session signs in to a tenant without any repository.
#[test]
fn a_session_needs_no_repository() {
    let elsewhere = tempfile::tempdir().unwrap();
    run(async {
        let running = served(elsewhere.path()).await;
        let connection = |tenant: &str| Connection {
            tenant: tenant.to_string(),
            cloud: Cloud::Global,
            auth: None,
            trust: Trust::Loopback,
            untrusted: UntrustedServers::default(),
            servers: Servers::Remote { graph: running.url().to_string(), login: "https://login.example".into() },
        };
        let session = Session::open(&connection(TENANT_ID), Purpose::Plan, Prompt::NOBODY).await.unwrap();
        assert_eq!(session.tenant.id, TENANT_ID);
        assert!(session.is_sandbox);
        session.close().await.unwrap();
        let other = Session::open(&connection("other.example"), Purpose::Plan, Prompt::NOBODY).await;
        let failure = format!("{:?}", other.err().unwrap());
        assert!(failure.contains("wrong tenant: other.example is configured"), "{failure}");
        running.stop().await.unwrap();
    });
}
