package com.aliyun.jindodata.oss;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/** The credentials of the pod's RAM role, from the metadata service of its instance, as on ECI. */
final class RoleCredentials {
    private static final String PROVIDER = "fs.oss.credentials.provider";
    private static final String EXPECTED = "com.aliyun.jindodata.oss.auth.EcsStsCredentialsProvider";
    private static final String SERVICE = "http://100.100.100.200/latest/meta-data/ram/security-credentials/";

    private RoleCredentials() {
    }

    /** AccessKeyId and AccessKeySecret. */
    static String[] of(Configuration conf) throws IOException {
        if (!EXPECTED.equals(conf.get(PROVIDER))) {
            throw new IOException(PROVIDER + " is " + conf.get(PROVIDER) + "; the sandbox knows " + EXPECTED);
        }
        String answer = get(SERVICE + get(SERVICE).strip());
        return new String[] {field(answer, "AccessKeyId"), field(answer, "AccessKeySecret")};
    }

    private static String get(String address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(address).toURL().openConnection();
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(5000);
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String field(String json, String name) throws IOException {
        Matcher value = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]+)\"").matcher(json);
        if (!value.find()) {
            throw new IOException("the metadata service gives no " + name);
        }
        return value.group(1);
    }
}
