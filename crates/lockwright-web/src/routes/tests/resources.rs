//! Groups, policies and roles in the console, and what users are granted there.

use axum::http::StatusCode;
use lockwright_model::identity::{Identity, UserRef};

use super::browser::{Browser, House, OLD};

const READ_ROLES: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}"#;

/// Posts a form that makes something, and returns the path of its page.
async fn made(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let reply = browser.post(path, fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    reply.header("location").split('?').next().unwrap().to_owned()
}

async fn policy(browser: &mut Browser<'_>, name: &str, document: &str) -> String {
    made(browser, "/console/policies/new/document", &[("name", name), ("document", document), ("act", "save")]).await
}

#[tokio::test]
async fn what_a_group_is_granted_its_members_may_do_until_it_is_taken_away() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let user = root.create_user("kim", &[]).await;
    root.get("/console/groups/new").await;
    let group = made(&mut root, "/console/groups", &[("name", "auditors")]).await;
    let mut kim = house.browser();
    super::privacy::press(&mut kim, "decline").await;
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert_eq!(kim.get("/console/roles").await.status, StatusCode::NOT_FOUND);

    root.post(&format!("{group}/attach"), &[("policy", "iamreadonlyaccess")]).await.to(&format!("{group}?done=saved"));
    root.post(&format!("{group}/members"), &[("user", "kim")]).await.to(&format!("{group}?done=saved"));
    let page = root.get(&group).await;
    assert!(
        page.says("IAMReadOnlyAccess") && page.says(">kim</a>") && page.says("First take away: 1 member, 1 attached policy"),
        "{}",
        page.body
    );
    assert!(root.get(&user).await.says(">auditors</a>"));

    // Kim sees what there is to read, and is offered nothing else.
    for path in ["/console/roles", "/console/groups", "/console/policies", "/console/users", &group, &user] {
        let page = kim.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let forms = page.body.matches("<form method=\"post\"").count();
        assert!(forms == 1 && page.says("/signout") && page.says("href=\"/console/groups\""), "{path}: {}", page.body);
    }
    let before = house.rows().await;
    for (path, fields) in [
        ("/console/groups", [("name", "mine")]),
        (&*format!("{group}/members"), [("user", "kim")]),
        (&*format!("{group}/attach"), [("policy", "AdministratorAccess")]),
        (&*format!("{group}/rename"), [("name", "mine")]),
        (&*format!("{user}/attach"), [("policy", "AdministratorAccess")]),
        (&*format!("{user}/tags"), [("key", "team")]),
        (&*format!("{user}/access-keys"), [("x", "")]),
        (&*format!("{user}/groups/leave"), [("group", group.rsplit('/').next().unwrap())]),
    ] {
        let reply = kim.post(path, &fields).await;
        let refused = reply.status == StatusCode::NOT_FOUND || reply.says("Your policies don’t let you do this (iam:");
        assert!(refused && reply.status.is_client_error(), "{path}: {} {}", reply.status, reply.body);
    }
    assert_eq!(house.rows().await, before, "nothing was written");

    let id = user.rsplit('/').next().unwrap();
    root.post(&format!("{group}/members/remove"), &[("user", id)]).await.to(&format!("{group}?done=saved"));
    assert_eq!(kim.get("/console/roles").await.status, StatusCode::NOT_FOUND, "at once");
}

#[tokio::test]
async fn a_group_goes_only_once_nothing_belongs_to_it_and_says_what_does() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.create_user("kim", &[]).await;
    root.get("/console/groups/new").await;
    let group = made(&mut root, "/console/groups", &[("name", "auditors")]).await;
    for (name, words) in
        [("AUDITORS", "exists already"), ("a b", "1 to 128 letters"), ("administrators", "is kept for"), ("", "1 to 128 letters")]
    {
        let reply = root.post("/console/groups", &[("name", name)]).await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.says(words), "{name}: {}", reply.body);
    }
    root.post(&format!("{group}/members"), &[("user", "kim")]).await;
    assert!(root.post(&format!("{group}/members"), &[("user", "kin")]).await.says("There is no user named “kin”"));
    let kept = root.post(&format!("{group}/delete"), &[]).await;
    assert!(kept.status == StatusCode::UNPROCESSABLE_ENTITY && kept.says("Take its members out first"), "{}", kept.body);
    root.post(&format!("{group}/rename"), &[("name", "reviewers")]).await.to(&format!("{group}?done=saved"));
    let page = root.get(&group).await;
    assert!(page.says("<h1>reviewers</h1>") && page.says(">kim</a>"), "{}", page.body);
    let id = page.body.split("name=\"user\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    root.post(&format!("{group}/members/remove"), &[("user", &id)]).await;
    root.post(&format!("{group}/delete"), &[]).await.to("/console/groups?done=group-deleted");
    assert_eq!(root.get(&group).await.status, StatusCode::NOT_FOUND);
    let trail = root.get("/console/trail").await;
    for name in ["CreateGroup", "AddUserToGroup", "UpdateGroup", "RemoveUserFromGroup", "DeleteGroup"] {
        assert!(trail.says(name), "{name}");
    }
}

#[tokio::test]
async fn a_document_that_is_no_policy_stays_in_its_field_with_the_fault_at_its_line() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/policies/new/document").await;
    let before = house.rows().await;
    let path = "/console/policies/new/document";
    let broken = "{\r\n  \"Version\": \"2012-10-17\",\r\n  \"Statement\": [{\"Effect\": \"Perhaps\", \"Action\": \"<b>\", \"Resource\": \"*\"}]\r\n}";
    for act in ["save", "check", "try"] {
        let reply = root.post(path, &[("name", "odd"), ("document", broken), ("act", act), ("action", "iam:GetUser")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.says("Line 3, character ") && reply.says("class=\"note stopped\""), "{}", reply.body);
        assert!(
            reply.says("&quot;Effect&quot;: &quot;Perhaps&quot;") && reply.says("&lt;b&gt;") && !reply.says("<b>"),
            "nothing is lost: {}",
            reply.body
        );
    }
    assert_eq!(house.rows().await, before, "nothing was written");

    // What is only odd is said at its line, and can be saved.
    let wide = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}}"#;
    let looked = root.post(path, &[("name", "odd"), ("document", wide), ("act", "check")]).await;
    assert!(
        looked.status == StatusCode::OK && looked.says("class=\"note look\"") && looked.says("every role can be passed on"),
        "{}",
        looked.body
    );
    let made = policy(&mut root, "odd", wide).await;
    assert!(root.get(&made).await.says("class=\"note look\""));
    let taken = root.post(path, &[("name", "ODD"), ("document", wide), ("act", "save")]).await;
    assert!(
        taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.says("exists already") && taken.says("iam:PassRole"),
        "{}",
        taken.body
    );
}

#[tokio::test]
async fn policies_are_written_up_to_awss_limit_and_not_beyond() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/policies/new/document").await;
    let filled = |length: usize| {
        let frame = READ_ROLES.replace("\"Action\":\"iam:ListRoles\"", "\"Action\":[\"iam:ListRoles\",\"@\"]");
        let counted = frame.chars().filter(|letter| !letter.is_whitespace()).count() - 1;
        // White space is not counted: a document of the greatest length is far longer than a form was.
        frame
            .replace('@', &format!("iam:{}", "x".repeat(length - counted - 4)))
            .replace("\"Resource\"", &format!("{}\"Resource\"", "\n\t ".repeat(30_000)))
    };
    let (fits, long) = (filled(6_144), filled(6_145));
    assert!(fits.len() > 64 * 1024);
    let refused = root.post("/console/policies/new/document", &[("name", "long"), ("document", &long), ("act", "save")]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("6145 characters"), "{}", refused.status);
    policy(&mut root, "long", &fits).await;
    let mut anybody = house.browser();
    anybody.get("/signin/root").await;
    let reply = anybody.post("/console/policies/new/document", &[("document", &fits)]).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "nobody who is not signed in sends that much");
}

#[tokio::test]
async fn a_document_is_tried_beside_what_somebody_has_and_names_the_statement_that_decides() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let user = root.create_user("kim", &[]).await;
    root.get("/console/policies/new/document").await;
    let id = policy(&mut root, "roles", READ_ROLES).await;
    root.post(&format!("{user}/attach"), &[("policy", "roles")]).await.to(&format!("{user}?done=saved"));
    let edit = format!("{id}/document");
    let denies =
        "{\"Version\":\"2012-10-17\",\n\"Statement\":[\n{\"Sid\":\"Never\",\"Effect\":\"Deny\",\"Action\":\"iam:*\",\"Resource\":\"*\"}]}";
    let before = house.rows().await;
    let tried = root.post(&edit, &[("document", denies), ("act", "try"), ("action", "iam:ListRoles"), ("principal", "kim")]).await;
    assert!(tried.status == StatusCode::OK && tried.says("Denied by roles (Never).") && tried.says("from line 3"), "{}", tried.body);
    assert!(!tried.says(">1 <span"), "the saved text is not asked besides: {}", tried.body);
    let alone = root.post(&edit, &[("document", READ_ROLES), ("act", "try"), ("action", "iam:ListRoles")]).await;
    assert!(alone.says("Allowed by roles (1)."), "{}", alone.body);
    for (fields, words) in [
        ([("action", "ListRoles"), ("principal", "")], "An action is written service:Name"),
        ([("action", ""), ("principal", "kim")], "Say what is to be done"),
        ([("action", "iam:ListRoles"), ("principal", "nobody")], "There is no user or role like that"),
        ([("action", "iam:ListRoles"), ("principal", &*format!("arn:aws:iam::{account}:root"))], "There is no user or role like that"),
    ] {
        let reply = root.post(&edit, &[&[("document", denies), ("act", "try")], &fields[..]].concat()).await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.says(words) && reply.says("Never"), "{}", reply.body);
    }
    assert_eq!(house.rows().await, before, "nothing is saved by trying");
}

#[tokio::test]
async fn a_version_counts_once_it_is_in_force_and_the_one_in_force_stays() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let user = root.create_user("kim", &[]).await;
    root.get("/console/policies/new/document").await;
    let id = policy(&mut root, "roles", READ_ROLES).await;
    root.post(&format!("{user}/attach"), &[("policy", "roles")]).await;
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    let groups = READ_ROLES.replace("ListRoles", "ListGroups");
    root.post(&format!("{id}/document"), &[("document", &groups), ("act", "save")]).await.to(&format!("{id}?done=saved"));
    assert_eq!(kim.get("/console/groups").await.status, StatusCode::NOT_FOUND, "not ticked: it waits");
    assert!(root.get(&format!("{id}?version=2")).await.says("iam:ListGroups") && !root.get(&id).await.says("iam:ListGroups"));
    root.post(&format!("{id}/versions"), &[("number", "2"), ("act", "force")]).await.to(&format!("{id}?done=saved"));
    assert_eq!((kim.get("/console/groups").await.status, kim.get("/console/roles").await.status), (StatusCode::OK, StatusCode::NOT_FOUND));
    assert!(root.post(&format!("{id}/versions"), &[("number", "2"), ("act", "delete")]).await.says("Put another one in force first"));
    let held = root.post(&format!("{id}/delete"), &[]).await;
    assert!(
        held.status == StatusCode::UNPROCESSABLE_ENTITY && held.says("First take away: 1 who holds it, 1 version besides"),
        "{}",
        held.body
    );
    assert!(held.says("User kim"));
    root.post(&format!("{id}/versions"), &[("number", "1"), ("act", "delete")]).await.to(&format!("{id}?done=saved"));
    root.post(&format!("{user}/detach"), &[("policy", &format!("arn:aws:iam::{account}:policy/roles"))]).await;
    root.post(&format!("{id}/delete"), &[]).await.to("/console/policies?done=policy-deleted");
    for (path, status) in [("?version=9", StatusCode::NOT_FOUND), ("", StatusCode::NOT_FOUND)] {
        assert_eq!(root.get(&format!("{id}{path}")).await.status, status);
    }
}

#[tokio::test]
async fn a_new_role_trusts_whom_the_form_says_and_shows_the_policy_it_writes() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.get("/console/roles/new").await;
    let other = [("trusted", "other"), ("account", "2109-8765-4321"), ("external_id", "a\"b"), ("mfa", "on")];
    let shown = root.post("/console/roles", &[&[("name", "partner"), ("act", "check")], &other[..]].concat()).await;
    for words in ["arn:aws:iam::210987654321:root", "&quot;sts:ExternalId&quot;: &quot;a\\&quot;b&quot;", "aws:MultiFactorAuthPresent"] {
        assert!(shown.status == StatusCode::OK && shown.says(words), "{words}: {}", shown.body);
    }
    assert!(!root.get("/console/roles").await.says(">partner</a>"), "nothing is saved by looking");
    let role = made(&mut root, "/console/roles", &[&[("name", "partner"), ("act", "save")], &other[..]].concat()).await;
    assert!(root.get(&role).await.says("arn:aws:iam::210987654321:root") && root.get("/console/roles").await.says("210987654321:root"));
    let service =
        made(&mut root, "/console/roles", &[("name", "build"), ("trusted", "service"), ("service", "EC2.amazonaws.com"), ("act", "save")])
            .await;
    assert!(root.get(&service).await.says("&quot;Service&quot;: &quot;ec2.amazonaws.com&quot;"));
    let own = made(&mut root, "/console/roles", &[("name", "own"), ("trusted", "own"), ("act", "save")]).await;
    assert!(root.get(&own).await.says(&format!("arn:aws:iam::{account}:root")));
    for (fields, words) in [
        ([("trusted", "other"), ("account", "12")], "An account number has 12 digits."),
        ([("trusted", "service"), ("service", "ec2")], "A service is written like"),
        ([("trusted", "document"), ("document", "{}")], "Line 1, character"),
        ([("trusted", "own"), ("name", "a b")], "1 to 64 letters"),
    ] {
        let reply = root.post("/console/roles", &[&[("act", "save")], &fields[..]].concat()).await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.says(words), "{words}: {}", reply.body);
    }
    let missing = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:user/nobody"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let reply = root.post("/console/roles", &[("name", "x"), ("act", "save"), ("trusted", "document"), ("document", &missing)]).await;
    assert!(reply.says("There is nobody of this ARN in the account") && reply.says("user/nobody"), "{}", reply.body);
}

#[tokio::test]
async fn a_role_is_changed_bounded_tagged_ended_and_deleted_by_its_name() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/roles/new").await;
    let role = made(&mut root, "/console/roles", &[("name", "build"), ("trusted", "own"), ("act", "save")]).await;
    for minutes in ["", "59", "721", "x"] {
        assert!(root.post(&format!("{role}/settings"), &[("minutes", minutes)]).await.says("between 60 and 720"), "{minutes}");
    }
    root.post(&format!("{role}/settings"), &[("minutes", "120"), ("description", "Deploys")]).await.to(&format!("{role}?done=saved"));
    root.post(&format!("{role}/boundary"), &[("boundary", "ReadOnlyAccess")]).await.to(&format!("{role}?done=saved"));
    root.post(&format!("{role}/tags"), &[("key", "team"), ("value", "harbour")]).await.to(&format!("{role}?done=saved"));
    let page = root.get(&role).await;
    for words in ["120 minutes", "Deploys", "no more than", "harbour", "Take the boundary away"] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    root.post(&format!("{role}/boundary"), &[("boundary", "")]).await.to(&format!("{role}?done=saved"));
    root.post(&format!("{role}/tags"), &[("take", "team")]).await.to(&format!("{role}?done=saved"));
    let page = root.get(&role).await;
    assert!(!page.says("harbour") && !page.says("Take the boundary away"), "{}", page.body);
    assert!(root.post(&format!("{role}/tags"), &[("key", "<x>")]).await.says("A key has 1 to 128 letters"));
    // C19: a policy may trust what it takes for AWS's own word.
    let reserved = root.post(&format!("{role}/tags"), &[("key", "AWS:username"), ("value", "ana")]).await;
    assert!(reserved.says("Keys that begin with aws: are AWS’s own"), "{}", reserved.body);

    let inline = format!("{role}/inline/document");
    root.post(&inline, &[("name", "mine"), ("document", READ_ROLES), ("act", "save")]).await.to(&format!("{role}?done=saved"));
    assert!(root.get(&format!("{inline}?name=mine")).await.says("iam:ListRoles"));
    let account = root.account().await.parse().unwrap();
    let epoch = async || house.installation.lockwright.find_role(account, &"build".parse().unwrap()).await.unwrap().unwrap().epoch;
    let before = epoch().await;
    root.get(&role).await;
    root.post(&format!("{role}/sessions/end"), &[]).await.to(&format!("{role}?done=role-sessions"));
    assert_eq!(epoch().await, before + 1, "sessions of an earlier epoch are ended");
    assert!(root.post(&format!("{role}/delete"), &[("confirm", "Build")]).await.says("type its name exactly: build"));
    assert!(root.post(&format!("{role}/delete"), &[("confirm", "build")]).await.says("Inline policies still stand in it"));
    root.post(&format!("{role}/inline/delete"), &[("name", "mine")]).await.to(&format!("{role}?done=saved"));
    root.post(&format!("{role}/delete"), &[("confirm", "build")]).await.to("/console/roles?done=role-deleted");
    let trail = root.get("/console/trail").await;
    for name in ["CreateRole", "UpdateRole", "PutRolePermissionsBoundary", "TagRole", "PutRolePolicy", "SessionsEnded", "DeleteRole"] {
        assert!(trail.says(name), "{name}");
    }
}

#[tokio::test]
async fn a_trust_policy_is_edited_with_its_faults_at_their_lines() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/roles/new").await;
    let role = made(&mut root, "/console/roles", &[("name", "build"), ("trusted", "own"), ("act", "save")]).await;
    let edit = format!("{role}/document");
    let page = root.get(&edit).await;
    assert!(page.says("sts:AssumeRole") && !page.says("value=\"try\""), "{}", page.body);
    let odd = root.post(&edit, &[("document", READ_ROLES), ("act", "save")]).await;
    assert!(
        odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.says("class=\"note stopped\"") && odd.says("iam:ListRoles"),
        "{}",
        odd.body
    );
    let new = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    root.post(&edit, &[("document", new), ("act", "save")]).await.to(&format!("{role}?done=saved"));
    assert!(root.get(&role).await.says("lambda.amazonaws.com"));
}

#[tokio::test]
async fn a_users_key_is_made_and_shown_once_then_switched_off_and_on_and_deleted() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let path = root.create_user("kim", &[]).await;
    root.get(&path).await;
    let shown = root.post(&format!("{path}/access-keys"), &[]).await;
    assert!(shown.status == StatusCode::OK && shown.says("shown once"), "{}", shown.body);
    let mut copied = shown.body.split("<span data-copy>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    let (id, secret) = (copied.next().unwrap(), copied.next().unwrap());
    assert!(id.starts_with("AKIA") && secret.len() == 40);
    let page = root.get(&path).await;
    assert!(page.says(&id) && !page.says(&secret) && !page.says("value=\"delete\""), "an active one is not deleted: {}", page.body);
    assert!(!root.get("/console/trail").await.says(&secret));
    let lockwright = &house.installation.lockwright;
    let (key, key_path) = (id.parse().unwrap(), format!("{path}/access-keys/{id}"));
    let signs = async || lockwright.signer(&key, None, lockwright.now()).await.unwrap().is_ok();
    assert!(signs().await);
    root.post(&key_path, &[("act", "deactivate")]).await.to(&format!("{path}?done=saved"));
    assert!(!signs().await && root.get(&path).await.says("value=\"delete\""));
    root.post(&key_path, &[("act", "activate")]).await.to(&format!("{path}?done=saved"));
    assert!(signs().await);
    root.get(&path).await;
    assert_eq!(root.post(&format!("{path}/access-keys"), &[]).await.status, StatusCode::OK);
    let third = root.post(&format!("{path}/access-keys"), &[]).await;
    assert!(third.status == StatusCode::UNPROCESSABLE_ENTITY && third.says("has 2 access keys already"), "{}", third.body);
    root.post(&key_path, &[("act", "delete")]).await.to(&format!("{path}?done=saved"));
    assert!(!root.get(&path).await.says(&id));
    let owner = Identity::User(UserRef { account: account.parse().unwrap(), user: path.rsplit('/').next().unwrap().parse().unwrap() });
    assert_eq!(lockwright.access_keys(&house.host(), &owner).await.unwrap().len(), 1);
    // A stolen session is not enough for it.
    house.pass(601);
    assert!(root.post(&format!("{path}/access-keys"), &[]).await.header("location").starts_with("/security/confirm?back="));
}

#[tokio::test]
async fn caller_codes_are_told_to_those_who_answer_and_not_to_those_who_look() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    root.create_user("lost", &[]).await;
    let reader = root.create_user("kim", &[]).await;
    root.get(&reader).await;
    root.post(&format!("{reader}/attach"), &[("policy", "IAMReadOnlyAccess")]).await.to(&format!("{reader}?done=saved"));
    let mut lost = house.browser();
    let case = lost.begin("/recover/iam", &[("account", &account), ("user_name", "lost")]).await;
    lost.post(&format!("{case}/help"), &[]).await;
    let help = root.get("/console/help").await;
    let path = help.body.split("href=\"/console/help/").nth(1).expect("a request").split('"').next().unwrap().to_owned();
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert!(kim.get("/console/users").await.says("lost"));
    for path in ["/console/help".to_owned(), format!("/console/help/{path}")] {
        assert_eq!(kim.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn lists_of_groups_begin_as_asked_and_go_on_where_they_ended() {
    let house = House::new().await;
    let mut root = house.registered().await;
    root.get("/console/groups/new").await;
    for name in (0..52).map(|at| format!("team-{at:02}")).chain(["te".into(), "zoo".into()]) {
        made(&mut root, "/console/groups", &[("name", &name)]).await;
    }
    let all = root.get("/console/groups").await;
    assert!(all.says(">te</a>") && all.says(">team-48</a>") && !all.says(">team-49</a>"), "{}", all.body);
    let more = all.body.split("href=\"/console/groups?begin=").nth(1).expect("more").split('"').next().unwrap().replace("&amp;", "&");
    let rest = root.get(&format!("/console/groups?begin={more}")).await;
    assert!(rest.says(">team-51</a>") && rest.says(">zoo</a>") && !rest.says(">team-48</a>"), "{}", rest.body);
    let begun = root.get("/console/groups?begin=TE").await;
    assert!(begun.says(">te</a>") && begun.says(">team-00</a>") && !begun.says(">zoo</a>"));
    assert!(root.get("/console/groups?begin=zo").await.says(">zoo</a>"));
    for odd in ["x%00", "%C3%A9", "a%20b", "'%20OR%201=1"] {
        for path in ["groups", "roles", "policies"] {
            let page = root.get(&format!("/console/{path}?begin={odd}&after={odd}")).await;
            assert!(page.status == StatusCode::OK && !page.says(">zoo</a>"), "{path} {odd}: {}", page.status);
        }
    }
    assert!(root.get("/console/policies?by=aws&begin=administrator").await.says("AdministratorAccess"));
}

#[tokio::test]
async fn a16_nothing_of_another_account_is_shown_or_changed() {
    let house = House::new().await;
    let mut ana = house.registered().await;
    ana.get("/console/roles/new").await;
    let role = made(&mut ana, "/console/roles", &[("name", "build"), ("trusted", "own"), ("act", "save")]).await;
    let group = made(&mut ana, "/console/groups", &[("name", "auditors")]).await;
    let id = policy(&mut ana, "roles", READ_ROLES).await;
    let mut eve = house.browser();
    let case = eve.begin("/signup", &[("email", "eve@example.com")]).await;
    let code = house.code().await;
    eve.post(&format!("{case}/code"), &[("code", &code)]).await;
    let details = case.replace("/recover/case/", "/signup/case/");
    eve.post(&details, &[("account_name", "Eve"), ("password", OLD), ("again", OLD)]).await;
    eve.get("/console").await;
    for path in [&role, &group, &id, &format!("{role}/document"), &format!("{id}/document"), &format!("{group}/inline/document")] {
        assert_eq!(eve.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        format!("{role}/delete"),
        format!("{role}/sessions/end"),
        format!("{role}/attach"),
        format!("{group}/delete"),
        format!("{group}/rename"),
        format!("{id}/delete"),
        format!("{id}/document"),
    ] {
        let fields = [("confirm", "build"), ("policy", "AdministratorAccess"), ("name", "eves"), ("document", READ_ROLES), ("act", "save")];
        assert_eq!(eve.post(&path, &fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(ana.get(&group).await.says("<h1>auditors</h1>") && ana.get(&role).await.status == StatusCode::OK);
}

#[tokio::test]
async fn whoever_may_make_some_is_offered_the_form_and_told_where_their_policies_end() {
    let house = House::new().await;
    let mut root = house.registered().await;
    let account = root.account().await;
    let user = root.create_user("kim", &[]).await;
    root.get(&user).await;
    let team = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["iam:CreateGroup","iam:GetGroup"],"Resource":"arn:aws:iam::{account}:group/team-*"}},
        {{"Effect":"Allow","Action":"iam:AttachGroupPolicy","Resource":"*","Condition":{{"StringEquals":{{"iam:PolicyARN":"arn:aws:iam::aws:policy/SecurityAudit"}}}}}}]}}"#
    );
    root.post(&format!("{user}/inline/document"), &[("name", "team"), ("document", &team), ("act", "save")])
        .await
        .to(&format!("{user}?done=saved"));
    let mut kim = house.browser();
    kim.sign_in_user(&account, "kim", OLD).await.to("/console");
    assert_eq!(kim.get("/console/groups/new").await.status, StatusCode::OK);
    let other = kim.post("/console/groups", &[("name", "others")]).await;
    assert!(
        other.status == StatusCode::UNPROCESSABLE_ENTITY && other.says("Your policies don’t let you do this (iam:CreateGroup)"),
        "{}",
        other.body
    );
    let group = made(&mut kim, "/console/groups", &[("name", "team-a")]).await;
    let page = kim.get(&group).await;
    assert!(
        page.says("Attach policy") && !page.says("Delete team-a") && page.says("Your policies don’t let you see them"),
        "{}",
        page.body
    );
    assert!(kim.post(&format!("{group}/attach"), &[("policy", "AdministratorAccess")]).await.says("(iam:AttachGroupPolicy)"));
    kim.post(&format!("{group}/attach"), &[("policy", "SecurityAudit")]).await.to(&format!("{group}?done=saved"));
    assert_eq!(kim.get("/console/roles/new").await.status, StatusCode::NOT_FOUND);
}
