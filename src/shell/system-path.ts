/** Where system tools are looked for, whatever the caller's path is: it must not decide what runs as root, and cron's lacks ip and pivot_root. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
