//! Secrets at places where they were missed, or where a part of them was left.

use super::examples::{Example, expand};
use super::support::{redactor, wlanguage};
use crate::{Context, rules};
use std::time::Instant;

/// A text without any language, and what must not be left of it.
fn leaks(template: &str, secret: &str) -> Option<String> {
    let (text, secret) = (expand(template), expand(secret));
    assert!(text.contains(&secret), "{text} does not hold {secret}");
    let mut redactor = redactor();
    let redacted = redactor.redact(&text, &Context::of_file("a.txt"));
    redacted
        .contains(&secret)
        .then(|| format!("{text} → {redacted}"))
}

fn none_leaks(cases: &[(&str, &str)]) {
    let cases = cases.iter();
    let left: Vec<String> = cases
        .filter_map(|(text, secret)| leaks(text, secret))
        .collect();
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn passwords_of_connection_strings_are_found_whatever_they_are_made_of() {
    none_leaks(&[
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=Tr0ub&4dor9;",
            "Tr0ub&4dor9",
        ),
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=Tr0ub+4dor9;",
            "4dor9",
        ),
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=$Tr0ub4dor9;",
            "Tr0ub4dor9",
        ),
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=@Tr0ub4dor9;",
            "Tr0ub4dor9",
        ),
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=%Tr0ub4dor9;",
            "Tr0ub4dor9",
        ),
        (
            "Driver={SQL Server};Server=db;Uid=sa;Pwd=Tr0ub(4)dor9;",
            "dor9",
        ),
        (
            "Server=db;Database=d;User Id=u;Password=$Tr0ub4dor9;",
            "Tr0ub4dor9",
        ),
        (
            "Server=db;Database=d;User Id=u;Password=Tr0ub 4dor9x7;",
            "4dor9x7",
        ),
        ("Server=db;User Id=u;Password=Tr0ub4&dor9(x7;", "x7"),
        (
            "Server=db;Database=d;User Id=u;Password='Tr0ub 4dor9x7';",
            "4dor9x7",
        ),
        ("Password=Tr0ub4dor9x7;Server=db", "Tr0ub4dor9x7"),
        ("Pwd=Tr0ub4dor9x7;Server=db;Uid=sa", "Tr0ub4dor9x7"),
        ("Pwd=Zx9&kLm27Q;", "kLm27Q"),
        ("MotDePasse=Tr0ub4dor9;", "Tr0ub4dor9"),
        ("MotDePasse=Tr0ub4dor9", "Tr0ub4dor9"),
        ("mot_de_passe=Tr0ub4dor9", "Tr0ub4dor9"),
        (
            "host=db port=5432 dbname=shop user=app password=Tr0ub4dor9x7",
            "Tr0ub4dor9x7",
        ),
        (
            "jdbc:sqlserver://db:1433;databaseName=shop;user=sa;password={Tr0ub4dor9}",
            "Tr0ub4dor9",
        ),
        ("jdbc:mysql://h/d?user=a&password=Tr0ub4(dor9", "dor9"),
        ("HFConnect user=admin;mdp=Tr0ub4dor9;", "Tr0ub4dor9"),
        (
            "Serveur=srv;Utilisateur=admin;MotDePasse=Tr0ub4dor9;Base=shop",
            "Tr0ub4dor9",
        ),
        ("Server=srv;Uid=admin;MDP=Tr0ub4dor9;", "Tr0ub4dor9"),
        ("Server=srv;Uid=admin;passwd=Tr0ub4dor9;", "Tr0ub4dor9"),
        ("Server=srv;Uid=admin;pass=Tr0ub4dor9;", "Tr0ub4dor9"),
    ]);
}

#[test]
fn passwords_and_tokens_of_addresses_are_found_whole() {
    none_leaks(&[
        ("ftp://backup:Tr0ub@4dor9x@files.acme.test/in", "4dor9x"),
        ("postgres://app:Tr0ub@4dor9x@db.acme.test/shop", "4dor9x"),
        ("ftp://backup:Tr0ub/4dor9x@files.acme.test/in", "4dor9x"),
        ("ftp://backup:12345@files.acme.test/in", "12345"),
        ("ftp://backup:$Tr0ub4dor9@files.acme.test", "Tr0ub4dor9"),
        ("ftp://backup:%54r0ub4dor9@files.acme.test", "54r0ub4dor9"),
        ("ftp://backup:ab@files.acme.test/in", ":ab@"),
        ("https://{hex:32}@git.acme.test/x.git", "{hex:32}"),
        (
            "https://{hex:32}:x-oauth-basic@git.acme.test/x.git",
            "{hex:32}",
        ),
        ("https://{hex:32}:@api.acme.test/x", "{hex:32}"),
        ("https://acme.test/?pass=Zk3Vb9Qw7Xn2&x=1", "Zk3Vb9Qw7Xn2"),
        ("https://acme.test/?login=a&pw=Zk3Vb9Qw7Xn2", "Zk3Vb9Qw7Xn2"),
        (
            "https://acme.test/?mot_de_passe=Zk3Vb9Qw7Xn2",
            "Zk3Vb9Qw7Xn2",
        ),
        (
            "https://acme.test/?passphrase=Zk3Vb9Qw7Xn2&x=1",
            "Zk3Vb9Qw7Xn2",
        ),
        ("https://acme.test/?password=Tr0ub4(dor9", "dor9"),
        ("https://acme.test/?token=Zk3Vb9Qw7Xn2@Lm5Rt8", "Lm5Rt8"),
    ]);
}

#[test]
fn tokens_in_headers_and_behind_their_name_need_no_quotes() {
    none_leaks(&[
        ("X-Api-Key: {hex:32}", "{hex:32}"),
        ("x-api-key={hex:32}", "{hex:32}"),
        ("Bearer {hex:32}", "{hex:32}"),
        ("Authorization: {hex:32}", "{hex:32}"),
        (
            "Authorization: Bearer Zk3Vb9Qw7Xn2|Lm5Rt8Yc1Hd4",
            "Lm5Rt8Yc1Hd4",
        ),
        ("api_key={hex:32}", "{hex:32}"),
        ("api key: {hex:32}", "{hex:32}"),
        ("API key is \"{hex:32}\"", "{hex:32}"),
        ("token: {hex:32}", "{hex:32}"),
        ("Token={hex:32}", "{hex:32}"),
        ("client_secret=Zk3Vb9Qw7Xn2Lm5Rt8Yc", "Zk3Vb9Qw7Xn2Lm5Rt8Yc"),
        (
            "client_secret: Zk3Vb9Qw7Xn2Lm5Rt8Yc",
            "Zk3Vb9Qw7Xn2Lm5Rt8Yc",
        ),
    ]);
}

#[test]
fn written_passwords_are_found_up_to_the_blank() {
    none_leaks(&[
        ("password: Tr0ub4dor9,xK7mQ2", "xK7mQ2"),
        ("password: Tr0ub4dor9/xK7mQ2", "xK7mQ2"),
        ("{\"password\":\"Tr0ub4\\\"dor9x7\"}", "dor9x7"),
        ("sPassword = \"Tr0ub 4dor9\"", "4dor9"),
    ]);
}

#[test]
fn keys_of_providers_are_found_in_names() {
    none_leaks(&[
        ("AKIA{upper:16}_old", "AKIA{upper:16}"),
        ("cle_AKIA{upper:16}", "AKIA{upper:16}"),
        ("tbl_gh{lower:0}p_{alnum:36}", "{alnum:36}"),
        ("gh{lower:0}p_{alnum:36}_test", "{alnum:36}"),
    ]);
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for harmless in [
        "the password is stored in user.password and checked by Login(user, password)",
        "token: String, secret: String, password: String",
        "https://acme.test:8080/path?mail=a@b.test",
        "ssh://git@github.com:22/acme/shop.git",
        "see http://www.pcsoft.fr/faq/12345/x.htm or mail info@acme.test",
        "Server=db;Database=shop;Trusted_Connection=yes;",
        "SELECT Password, Token FROM Client WHERE Login=:login AND Password=:password;",
        "Password=:pwd; Login=:login",
        "sPassword = EDT_Password; sLogin = EDT_Login",
        "IF MotDePasse=\"\" THEN Error(\"Le mot de passe est vide\")",
        "\"password\": \"Mot de passe oublié ?\"",
        "access_key: AccessKeyOfTheCustomerTable2024",
        "api_key = settings.customer_api_key_1_2_3",
        "Bearer tokens are described in RFC 6750 section 2.1",
        "authorization: see docs/authorization-of-users-2024.md",
    ] {
        let mut redactor = redactor();
        let redacted = redactor.redact(harmless, &Context::of_file("a.txt"));
        assert_eq!(redacted, harmless);
    }
}

#[test]
fn long_lines_of_near_misses_are_searched_in_little_time() {
    let near_misses = [
        "Server=a;Pwd=",
        "host=a password=%s ",
        "Password=%1;Server=",
        "http://a:b",
        "http://$a:$b@",
        "?pass=",
        "&token=getToken(",
        "password = \"\\\"",
        "pwd='a",
        "\\\"&amp;",
    ];
    let examples = rules().iter().flat_map(|rule| &rule.examples.negative);
    let examples = examples.map(|template| Example::new(template).text);
    for piece in near_misses.map(str::to_owned).into_iter().chain(examples) {
        let begin = Instant::now();
        let text = piece.repeat(30_000 / piece.len());
        redactor().redact(&text, &wlanguage("a.wdg"));
        let milliseconds = begin.elapsed().as_millis();
        assert!(milliseconds < 5_000, "{piece}: {milliseconds} ms");
    }
}
