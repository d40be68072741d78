<?php
// What differs from the file that Debian installs; what is in neither has SimpleSAMLphp's own default.
$config = [
    'baseurlpath' => 'https://app.example.test:' . getenv('PORT') . '/simplesaml/',
    'secretsalt' => getenv('SALT'),
    'auth.adminpassword' => bin2hex(random_bytes(16)), // nobody administers this one
    'admin.protectindexpage' => true,
    'technicalcontact_email' => 'operations@app.example.test',
    'timezone' => 'UTC',
    'tempdir' => '/tmp/simplesaml',
    'showerrors' => false,
    'errorreporting' => false,
    'logging.handler' => 'errorlog',
    'logging.level' => SimpleSAML\Logger::WARNING,
    // Only hosts named here are ever sent anybody after a sign-in.
    'trusted.url.domains' => ['app.example.test:' . getenv('PORT')],
    'assertion.allowed_clock_skew' => 180, // seconds, as in Debian's file
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => false],
    // The IdP posts from another site: the session must come along, or its own requests are not known again.
    'session.cookie.secure' => true,
    'session.cookie.samesite' => 'None',
    'session.phpsession.httponly' => true,
    'session.cookie.path' => '/',
    // With a database sessions are kept there, and so are the ids of used assertions: PHP's own sessions would keep none.
    'store.type' => 'sql',
    'store.sql.dsn' => 'sqlite:/var/lib/simplesamlphp/sessions/store.sqlite',
    'metadata.sources' => [['type' => 'xml', 'file' => '/idp-metadata.xml']],
];
