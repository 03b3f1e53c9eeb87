//! Multi Admin Approval, and tokens: who may write, and when.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod trial;

use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};
use trial::{CONFIGURATIONS, Trial, alone, custom};

const REQUESTS: &str = "/beta/deviceManagement/operationApprovalRequests";
/// Base64 of "Password reset for the pilot".
const JUSTIFICATION: &str = "UGFzc3dvcmQgcmVzZXQgZm9yIHRoZSBwaWxvdA==";

/// `sspr-policy sandbox …` in a folder whose sandbox may be served.
fn sandbox(graph: &Trial, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sspr-policy"));
    let ran = command.arg("--dir").arg(graph.folder.path()).arg("sandbox").args(arguments).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    trial::normal(&format!("{text}exit {}", ran.status.code().unwrap()))
}

/// The code of the newest request.
async fn code(graph: &Trial) -> String {
    let (_, list) = graph.ask("GET", REQUESTS, None).await;
    list["value"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

fn justified(graph: &mut Trial) {
    graph.headers = vec![("x-msft-approval-justification", JUSTIFICATION.to_owned())];
}

fn with_code(graph: &mut Trial, code: &str) {
    graph.headers = vec![("x-msft-approval-code", code.to_owned())];
}

async fn post(graph: &Trial, name: &str) -> String {
    graph.say("POST", CONFIGURATIONS, Some(&custom(name))).await
}

#[test]
fn a_write_is_asked_for_approved_and_carried_out_once() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": true })).await;
        assert_snapshot!(post(&graph, "P").await, @"");
        justified(&mut graph);
        assert_snapshot!(post(&graph, "P").await, @"");
        assert_snapshot!(post(&graph, "P").await, @"");
        let code = code(&graph).await;
        with_code(&mut graph, &code);
        assert_snapshot!(post(&graph, "P").await, @"");
        assert_snapshot!(graph.ask("POST", &format!("/sandbox/approvals/{code}/approve"), None).await.0, @"200");
        assert_snapshot!(post(&graph, "Another").await, @"");
        assert_snapshot!(post(&graph, "P").await, @"");
        assert_snapshot!(post(&graph, "P").await, @"");
        assert!(!graph.names().await.contains("Another"));
        with_code(&mut graph, "no guid");
        assert_snapshot!(post(&graph, "P").await, @"");
    });
}

#[test]
fn every_kind_of_write_needs_approval_and_nothing_else_does() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": { "approval_status": 403 } })).await;
        let (_, list) = graph.ask("GET", CONFIGURATIONS, None).await;
        let path = format!("{CONFIGURATIONS}/{}", list["value"][0]["id"].as_str().unwrap());
        justified(&mut graph);
        let nobody = json!({ "assignments": [] });
        let mut lines = Vec::new();
        for (method, path, body) in [
            ("PATCH", path.clone(), Some(custom("Renamed"))),
            // Another change of the same object.
            ("PATCH", path.clone(), Some(custom("Renamed again"))),
            ("POST", format!("{path}/assign"), Some(nobody)),
            ("DELETE", path.clone(), None),
            // What is wrong needs no approval.
            ("POST", CONFIGURATIONS.to_owned(), Some(json!({ "displayName": "No type" }))),
        ] {
            lines.push(graph.say(method, &path, body.as_ref()).await);
        }
        assert_snapshot!(lines.join("\n"), @"");
        assert_eq!(graph.ask("GET", CONFIGURATIONS, None).await.1["value"], list["value"]);
    });
}

#[test]
fn a_request_is_read_and_survives_a_restart() {
    alone(async {
        let faults = json!({ "multi_admin_approval": true });
        let mut graph = Trial::new(faults.clone()).await;
        justified(&mut graph);
        post(&graph, "P").await;
        let code = code(&graph).await;
        let one = format!("{REQUESTS}/{code}");
        let (_, before) = graph.ask("GET", &one, None).await;
        let mut shown = before.clone();
        for (name, with) in [("@odata.context", "[link]"), ("requestDateTime", "[time]"), ("id", "[id]")] {
            shown[name] = json!(with);
        }
        for name in ["expirationDateTime", "lastModifiedDateTime"] {
            shown[name] = json!("[time]");
        }
        assert_snapshot!(format!("{shown:#}"), @"");
        graph.stop().await;
        graph.open(faults, 0).await;
        assert_eq!(graph.ask("GET", &one, None).await.1["requestDateTime"], before["requestDateTime"]);
        graph.ask("POST", &format!("/sandbox/approvals/{code}/reject"), None).await;
        assert_eq!(graph.ask("GET", &one, None).await.1["status"], "rejected");
    });
}

#[test]
fn requests_expire() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": { "expires_after_ms": 1 } })).await;
        justified(&mut graph);
        post(&graph, "P").await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let one = format!("{REQUESTS}/{}", code(&graph).await);
        assert_eq!(graph.ask("GET", &one, None).await.1["status"], "expired");
        // So it can be asked for again.
        assert!(post(&graph, "P").await.starts_with("412"));
    });
}

#[test]
fn the_command_line_approves_with_a_server_and_without() {
    alone(async {
        // The folder that `sandbox serve --dir` uses.
        let mut graph = Trial::below(".sspr-policy", json!({ "multi_admin_approval": true })).await;
        justified(&mut graph);
        post(&graph, "P").await;
        post(&graph, "Q").await;
        let served = tokio::task::spawn_blocking(move || {
            let listed = sandbox(&graph, &["approve"]);
            let rejected = sandbox(&graph, &["reject", "6f0c9d52-7a3a-4f0e-9a55-0123456789ab"]);
            (graph, listed, rejected)
        });
        let (mut graph, listed, rejected) = served.await.unwrap();
        assert_snapshot!(listed, @"");
        assert_snapshot!(rejected, @"");
        graph.stop().await;
        assert_snapshot!(sandbox(&graph, &["approve", "--all"]), @"");
        assert_snapshot!(sandbox(&graph, &["approve"]), @"");
    });
}

#[test]
fn tokens_are_names_with_permissions() {
    alone(async {
        let read = "DeviceManagementConfiguration.Read.All";
        let mut graph = Trial::new(json!({ "tokens": {
            "reader": [read, "GroupMember.Read.All"],
            "writer": ["DeviceManagementConfiguration.ReadWrite.All"],
        } }))
        .await;
        let secret = "getOmaSettingPlainTextValue(secretReferenceValueId='x')";
        let (_, list) = graph.as_token("reader").ask("GET", CONFIGURATIONS, None).await;
        let plain = format!("{CONFIGURATIONS}/{}/{secret}", list["value"][0]["id"].as_str().unwrap());
        let mut lines = Vec::new();
        for token in ["", "nobody", "reader", "writer"] {
            let graph = graph.as_token(token);
            let reading = graph.say("GET", &format!("{CONFIGURATIONS}?$top=1"), None).await;
            let writing = post(graph, token).await;
            let revealing = graph.say("GET", &plain, None).await;
            let groups = graph.say("GET", "/v1.0/groups?$top=1", None).await;
            lines.push(format!("'{token}'\n  {reading}\n  {writing}\n  {revealing}\n  {groups}"));
        }
        assert_snapshot!(lines.join("\n"), @"");
    });
}

#[test]
fn a_token_expires_and_a_new_one_is_of_the_same_app() {
    alone(async {
        let faults = |stay: bool| {
            json!({
                "tokens": { "writer": ["DeviceManagementConfiguration.ReadWrite.All"] },
                "expire_tokens_after": 2,
                "expired_tokens_stay": stay,
                "quota": { "writes": 6, "retry_after": "none" },
            })
        };
        let seen = async |stay: bool| {
            let mut graph = Trial::new(faults(stay)).await;
            let mut lines = Vec::new();
            for token in ["writer", "writer", "writer", "writer", "writer.2", "writer.2", "writer.3", "writer.3"] {
                lines.push(format!("{token} {}", post(graph.as_token(token), "P").await));
            }
            lines.join("\n")
        };
        assert_snapshot!(seen(false).await, @"");
        assert_snapshot!(seen(true).await, @"");
    });
}

#[test]
fn v1_refuses_to_write_what_only_beta_has() {
    alone(async {
        let graph = Trial::new(json!({})).await;
        let (_, list) = graph.ask("GET", CONFIGURATIONS, None).await;
        let path = format!("{CONFIGURATIONS}/{}", list["value"][0]["id"].as_str().unwrap()).replace("beta", "v1.0");
        let custom_with = |name: &str, value: Value| {
            let mut body = custom("P");
            body[name] = value;
            body
        };
        let setting = |name: &str, value: Value| {
            let mut setting = json!({
                "@odata.type": "#microsoft.graph.omaSettingInteger",
                "displayName": "I",
                "omaUri": "./Device/Vendor/MSFT/Policy/Config/Area/I",
                "value": 1,
            });
            setting[name] = value;
            custom_with("omaSettings", json!([setting]))
        };
        let mut lines = Vec::new();
        for body in [
            custom_with("roleScopeTagIds", json!(["0"])),
            custom_with("supportsScopeTags", json!(true)),
            setting("isEncrypted", json!(false)),
            setting("secretReferenceValueId", Value::Null),
            setting("isReadOnly", json!(false)),
        ] {
            lines.push(graph.say("PATCH", &path, Some(&body)).await);
        }
        let everyone = |name: &str, value: &str| {
            let mut target = json!({ "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" });
            target[name] = json!(value);
            json!({ "assignments": [{ "target": target }] })
        };
        for name in ["deviceAndAppManagementAssignmentFilterId", "deviceAndAppManagementAssignmentFilterType"] {
            lines.push(graph.say("POST", &format!("{path}/assign"), Some(&everyone(name, "none"))).await);
        }
        assert_snapshot!(lines.join("\n"), @"");
    });
}
