package com.aliyun.jindodata.oss;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.s3a.S3AFileSystem;

/**
 * Stands for JindoSDK's file system in the sandbox: the same name, the same configuration keys, Hadoop's S3 client
 * below. It reads the keys that the platform renders and no others, so a missing or misspelt one fails here too.
 *
 * TLS ends at the sandbox's node, which has no certificate for the cloud's names: the gateway is asked in plain HTTP on
 * the port of HTTPS, so that network policies are those of the cloud.
 */
public class JindoOssFileSystem extends S3AFileSystem {
    private static final String ENDPOINT = "fs.oss.endpoint";

    @Override
    public void initialize(URI name, Configuration rendered) throws IOException {
        Configuration conf = new Configuration(rendered);
        String own = rendered.get("fs.oss.bucket." + name.getHost() + ".endpoint", rendered.get(ENDPOINT));
        if (own == null) {
            throw new IOException("no endpoint for " + name + ": neither " + ENDPOINT + " nor the bucket's own is set");
        }
        if (!rendered.getBoolean("fs.oss.https.enable", false)) {
            throw new IOException("fs.oss.https.enable is not true: the buckets accept TLS only");
        }
        conf.set("fs.s3a.endpoint", own + ":443");
        conf.setBoolean("fs.s3a.connection.ssl.enabled", false);
        conf.setBoolean("fs.s3a.path.style.access", true);
        conf.set("fs.s3a.endpoint.region", "us-east-1");
        conf.set("fs.s3a.buffer.dir", rendered.get("fs.oss.tmp.data.dirs"));
        // the gateway keeps objects as files: a directory marker is a directory, and cannot be deleted while it is full
        conf.set("fs.s3a.directory.marker.retention", "keep");
        conf.setBoolean("fs.s3a.multiobjectdelete.enable", false);
        conf.setInt("fs.s3a.attempts.maximum", 3);
        String[] keys = RoleCredentials.of(rendered);
        conf.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        conf.set("fs.s3a.access.key", keys[0]);
        conf.set("fs.s3a.secret.key", keys[1]);
        super.initialize(name, conf);
    }

    @Override
    public String getScheme() {
        return "oss";
    }
}
