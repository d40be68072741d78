<?php
// The application: who is signed in, as SimpleSAMLphp's documentation for service providers has it.
require '/usr/share/simplesamlphp/lib/_autoload.php';

$origin = 'https://app.example.test:' . getenv('PORT'); // configured, never read from the Host header
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/health') {
    exit("ok\n");
}
$sp = new \SimpleSAML\Auth\Simple('app');
if ($path === '/login') {
    $sp->requireAuth(['ReturnTo' => "$origin/me"]);
    header("Location: $origin/me");
} elseif ($path === '/logout') {
    if ($sp->isAuthenticated()) {
        \SimpleSAML\Session::getSessionFromRequest()->doLogout('app'); // here alone, not at the IdP
    }
    echo "signed out\n";
} elseif ($sp->isAuthenticated() && ($name = $sp->getAuthData('saml:sp:NameID')) !== null) {
    header('Content-Type: application/json');
    echo json_encode(['nameId' => $name->getValue(), 'attributes' => $sp->getAttributes()]);
} else { // a session that names nobody does not do
    http_response_code(401);
    echo "nobody is signed in\n";
}
