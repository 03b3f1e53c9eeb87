//! Multi Admin Approval, and tokens: which writes are allowed, and when.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::trial::{self, Trial, alone, custom, faulty};
use crate::harness::{CONFIGURATIONS, Ran, command};

const REQUESTS: &str = "/beta/deviceManagement/operationApprovalRequests";
/// Base64 of "Password reset for the pilot".
const JUSTIFICATION: &str = "UGFzc3dvcmQgcmVzZXQgZm9yIHRoZSBwaWxvdA==";

/// `sspr-policy sandbox …` in a folder whose sandbox may be served.
fn sandbox(graph: &Trial, arguments: &[&str]) -> String {
    let ran = Ran::of(command(graph.folder.path()).arg("sandbox").args(arguments));
    trial::normal(&format!("{}exit {}", ran.printed(), ran.code.unwrap()))
}

/// The code of the newest request.
async fn code(graph: &Trial) -> String {
    let list = graph.get(REQUESTS).await;
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
fn a_write_is_requested_approved_and_carried_out_once() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": true })).await;
        assert_snapshot!(post(&graph, "P").await, @"400: BadRequest Header 'x-msft-approval-justification' is required to request approval");
        justified(&mut graph);
        assert_snapshot!(post(&graph, "P").await, @"412, x-msft-approval-code: [id]: BadRequest Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response header. x-msft-approval-code: [id]");
        assert_snapshot!(post(&graph, "P").await, @"409: Conflict An active Approval Request already exists for this entity");
        let code = code(&graph).await;
        with_code(&mut graph, &code);
        assert_snapshot!(post(&graph, "P").await, @"400: BadRequest The approval request [id] is not approved; it is needsApproval.");
        assert_snapshot!(graph.ask("POST", &format!("/sandbox/approvals/{code}/approve"), None).await.0, @"200");
        assert_snapshot!(post(&graph, "Another").await, @"400: BadRequest The approval request [id] is for another request: method, URL and body have to be the same.");
        assert_snapshot!(post(&graph, "P").await, @"201: P");
        assert_snapshot!(post(&graph, "P").await, @"400: BadRequest The approval request [id] is not approved; it is completed.");
        assert!(!graph.has("Another").await);
        with_code(&mut graph, "no guid");
        assert_snapshot!(post(&graph, "P").await, @"400: BadRequest Invalid approval header format, expected GUID format");
    });
}

#[test]
fn only_writes_need_approval() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": { "approval_status": 403 } })).await;
        let list = graph.get(CONFIGURATIONS).await;
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
            // An invalid write does not need approval.
            ("POST", CONFIGURATIONS.to_owned(), Some(json!({ "displayName": "No type" }))),
        ] {
            lines.push(graph.say(method, &path, body.as_ref()).await);
        }
        assert_snapshot!(lines.join("\n"), @"
        403, x-msft-approval-code: [id]: ApprovalRequired Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response header. x-msft-approval-code: [id]
        409: Conflict An active Approval Request already exists for this entity
        403, x-msft-approval-code: [id]: ApprovalRequired Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response header. x-msft-approval-code: [id]
        403, x-msft-approval-code: [id]: ApprovalRequired Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response header. x-msft-approval-code: [id]
        400: BadRequest The body needs an @odata.type, such as #microsoft.graph.windows10CustomConfiguration.
        ");
        assert_eq!(graph.get(CONFIGURATIONS).await["value"], list["value"]);
    });
}

#[test]
fn a_request_is_read_and_survives_a_restart() {
    alone(async {
        let faults = json!({ "multi_admin_approval": true });
        let mut graph = Trial::new(faults.clone()).await;
        justified(&mut graph);
        assert!(post(&graph, "P").await.starts_with("412"));
        let code = code(&graph).await;
        let one = format!("{REQUESTS}/{code}");
        let before = graph.get(&one).await;
        let mut shown = before.clone();
        for (name, with) in [("@odata.context", "[link]"), ("requestDateTime", "[time]"), ("id", "[id]")] {
            shown[name] = json!(with);
        }
        for name in ["expirationDateTime", "lastModifiedDateTime"] {
            shown[name] = json!("[time]");
        }
        assert_snapshot!(format!("{shown:#}"), @r#"
        {
          "@odata.context": "[link]",
          "id": "[id]",
          "requestDateTime": "[time]",
          "expirationDateTime": "[time]",
          "lastModifiedDateTime": "[time]",
          "requestor": {
            "application": {
              "id": "e5566ddc-a3c7-4889-a1b3-e0cbc860625e",
              "displayName": "A client without a token"
            },
            "device": null,
            "user": null
          },
          "approver": {
            "application": null,
            "device": null,
            "user": null
          },
          "status": "needsApproval",
          "requestJustification": "Password reset for the pilot",
          "approvalJustification": null,
          "requiredOperationApprovalPolicyTypes": [
            "configurationPolicy"
          ]
        }
        "#);
        graph.stop().await;
        graph.open(faulty(&faults)).await;
        assert_eq!(graph.get(&one).await["requestDateTime"], before["requestDateTime"]);
        let found = graph.get(&format!("{REQUESTS}?$filter=id%20eq%20'{code}'")).await;
        assert_eq!(found["value"][0]["requestDateTime"], before["requestDateTime"]);
        graph.done("POST", &format!("/sandbox/approvals/{code}/reject"), None).await;
        assert_eq!(graph.get(&one).await["status"], "rejected");
    });
}

#[test]
fn a_write_in_a_batch_needs_approval_by_itself() {
    alone(async {
        let graph = Trial::new(json!({ "multi_admin_approval": true })).await;
        let request = |id: &str, headers: Value| {
            json!({
                "id": id,
                "method": "POST",
                "url": "/deviceManagement/deviceConfigurations",
                "headers": headers,
                "body": custom("P"),
            })
        };
        let plain = json!({ "Content-Type": "application/json" });
        let mut justified = plain.clone();
        justified["X-MSFT-Approval-Justification"] = json!(JUSTIFICATION);
        let body = json!({ "requests": [request("1", plain), request("2", justified)] });
        let answer = graph.post("/beta/$batch", &body).await;
        let statuses: Vec<&Value> = answer["responses"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
        assert_eq!(json!(statuses), json!([412, 400]));
        assert_eq!(answer["responses"][0]["headers"]["x-msft-approval-code"], json!(code(&graph).await));
    });
}

#[test]
fn requests_expire() {
    alone(async {
        let mut graph = Trial::new(json!({ "multi_admin_approval": { "expires_after_ms": 1 } })).await;
        justified(&mut graph);
        assert!(post(&graph, "P").await.starts_with("412"));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let one = format!("{REQUESTS}/{}", code(&graph).await);
        assert_eq!(graph.get(&one).await["status"], "expired");
        // Then approval can be requested again.
        assert!(post(&graph, "P").await.starts_with("412"));
    });
}

#[test]
fn the_command_line_approves_with_and_without_a_server() {
    alone(async {
        // The folder that `sandbox serve --dir` uses.
        let mut graph = Trial::below(".sspr-policy", json!({ "multi_admin_approval": true })).await;
        justified(&mut graph);
        assert!(post(&graph, "P").await.starts_with("412"));
        assert!(post(&graph, "Q").await.starts_with("412"));
        let served = tokio::task::spawn_blocking(move || {
            let listed = sandbox(&graph, &["approve"]);
            let rejected = sandbox(&graph, &["reject", "6f0c9d52-7a3a-4f0e-9a55-0123456789ab"]);
            (graph, listed, rejected)
        });
        let (mut graph, listed, rejected) = served.await.unwrap();
        assert_snapshot!(listed, @"
        [id] POST /beta/deviceManagement/deviceConfigurations: Password reset for the pilot
        [id] POST /beta/deviceManagement/deviceConfigurations: Password reset for the pilot
        2 waiting for a decision; pass a code, or --all
        exit 0
        ");
        assert_snapshot!(rejected, @"
        error: no approval request [id] is waiting for a decision; run `sspr-policy sandbox approve` to list those that are
        exit 1
        ");
        graph.stop().await;
        assert_snapshot!(sandbox(&graph, &["approve", "--all"]), @"
        [id] POST /beta/deviceManagement/deviceConfigurations: Password reset for the pilot
        [id] POST /beta/deviceManagement/deviceConfigurations: Password reset for the pilot
        2 approved
        exit 0
        ");
        assert_snapshot!(sandbox(&graph, &["approve"]), @"
        0 waiting for a decision; pass a code, or --all
        exit 0
        ");
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
        let list = graph.as_token("reader").get(CONFIGURATIONS).await;
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
        // A batch uses one token for all its requests.
        let organization = ["GET /organization", "GET /groups?$top=1"];
        assert_snapshot!(graph.as_token("nobody").batch(&organization).await, @"401");
        assert_snapshot!(graph.as_token("reader").batch(&organization).await, @"
        200
        1: 403: Authorization_RequestDenied Insufficient privileges to complete the operation.
        2: 200: [SSPR Pilot, …]
        ");
        assert_snapshot!(lines.join("\n"), @"
        ''
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token is empty.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token is empty.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token is empty.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token is empty.
        'nobody'
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token validation failure.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token validation failure.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token validation failure.
          401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Access token validation failure.
        'reader'
          200: [Portal - Lock screen hardening, …]
          403: Forbidden Application is not authorized to perform this operation. Application must have one of the following scopes: DeviceManagementConfiguration.ReadWrite.All
          403: Forbidden Application is not authorized to perform this operation. Application must have one of the following scopes: DeviceManagementConfiguration.ReadWrite.All
          200: [SSPR Pilot, …]
        'writer'
          200: [Portal - Lock screen hardening, …]
          201: writer
          404: ResourceNotFound There is no secret value x in the device configuration [id].
          403: Authorization_RequestDenied Insufficient privileges to complete the operation.
        ");
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
        assert_snapshot!(seen(false).await, @"
        writer 201: P
        writer 201: P
        writer 401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Lifetime validation failed, the token is expired.
        writer 201: P
        writer.2 201: P
        writer.2 201: P
        writer.3 201: P
        writer.3 429: TooManyRequests Too many requests. Please retry again later.
        ");
        assert_snapshot!(seen(true).await, @"
        writer 201: P
        writer 201: P
        writer 401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Lifetime validation failed, the token is expired.
        writer 401, WWW-Authenticate: Bearer: InvalidAuthenticationToken Lifetime validation failed, the token is expired.
        writer.2 201: P
        writer.2 201: P
        writer.3 201: P
        writer.3 201: P
        ");
    });
}

#[test]
fn v1_refuses_beta_properties() {
    alone(async {
        let graph = Trial::new(json!({})).await;
        let list = graph.get(CONFIGURATIONS).await;
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
        assert_snapshot!(lines.join("\n"), @"
        400: BadRequest The property 'roleScopeTagIds' does not exist on this type.
        400: BadRequest The property 'supportsScopeTags' is read-only.
        400: BadRequest The property 'isEncrypted' does not exist on this type. (omaUri ./Device/Vendor/MSFT/Policy/Config/Area/I)
        400: BadRequest The property 'secretReferenceValueId' does not exist on this type. (omaUri ./Device/Vendor/MSFT/Policy/Config/Area/I)
        400: BadRequest The property 'isReadOnly' does not exist on this type. (omaUri ./Device/Vendor/MSFT/Policy/Config/Area/I)
        400: BadRequest The property 'deviceAndAppManagementAssignmentFilterId' does not exist on '#microsoft.graph.allDevicesAssignmentTarget'.
        400: BadRequest The property 'deviceAndAppManagementAssignmentFilterType' does not exist on '#microsoft.graph.allDevicesAssignmentTarget'.
        ");
    });
}
